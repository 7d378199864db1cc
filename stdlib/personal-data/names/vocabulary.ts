/** Words near names, in all supported languages; all in `accentlessForm`. */
const set = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/** Titles: they precede a name and are not part of it. */
export const titleWords = set(
  `heer herrn pana panu pania panem pania panna dona mevr fru herr sra sres
  mr mrs ms miss mx dr prof professor doctor sir madam lady lord dame rev reverend father sister judge justice captain capt
  lieutenant lt general colonel major admiral commander speaker vice secretary chairman chairwoman minister governor mayor congressman
  congresswoman ambassador king queen prince princess pope saint sergeant sgt officer detective nurse senator president herr frau fraulein hr fr monsieur madame mademoiselle mme
  mlle m senor senora senorita sr sra srta don dona signor signora signorina sig dott dottor dottoressa avv ing mevrouw mevr
  meneer dhr mw pan pani senhor senhora doktor maitre docteur professeur professore frl`,
);
/** Titles after which even an ordinary word is a name: `Mrs String`, but `General Assembly`. */
export const politeTitles = set(
  `heer herrn dona mevr
  mr mrs ms mx dr prof herr frau mme mlle monsieur madame senor senora senorita sr sra signor signora sig mevrouw meneer dhr mw pan pani senhor senhora`,
);
/** Titles that also occur in names of things: `King Edward potatoes`, `General Motors`. */
export const ambiguousTitles = set(
  `general major king queen sir minister judge father sister speaker vice secretary chairman chairwoman mayor officer president justice prince princess pope saint lord lady miss don
  captain colonel admiral commander governor duke earl baron professor lt gen capt dame`,
);
/** Words that open a letter; a name may follow. */
export const greetingWords = set(
  `dear hi hello hey hallo hej hiya greetings morning afternoon evening liebe lieber sehr geehrte geehrter guten tag moin servus bonjour bonsoir salut
  cher chere hola estimado estimada querido querida buenos dias tardes buenas ciao caro cara gentile egregio buongiorno salve beste geachte
  goedemorgen goedemiddag dag hoi ola prezado prezada czesc witam szanowny szanowna welcome thanks thank thx danke merci gracias grazie bedankt`,
);
/** Words that close a letter; a name may follow, also on the next line. */
export const closingWords = set(
  `bises bisous bisou biz saluto baci bacioni beijinhos beijos beijo abs kuss lg vg bg mvg liefs hugs yours kindly cumprimentos buziaki pozdro usciski kisses greetings grusse gruessen mfg salut amities bien cdlt cdt ciao tschuss xx
  regards sincerely cheers best thanks yours faithfully truly love wishes gruss grusse grussen mfg cordialement salutations bien amicalement
  saludos atentamente cordialmente saluti cordiali groet groeten groetjes vriendelijke hochachtungsvoll abrazo pozdrawiam respectfully warmly
  cordially signed xoxo thx danke merci gracias grazie bedankt dank you atenciosamente abracos`,
);
/**
 * Words that are never a person's name, in any case: days, months, languages, peoples, and words that begin sentences.
 */
export const neverNames = set(
  `monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november
  december jan feb mar apr jun jul aug sept sep oct nov dec montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz mai juni juli
  oktober dezember lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril juin juillet aout septembre octobre novembre decembre
  lunes martes miercoles jueves viernes sabado domingo enero febrero abril mayo junio julio agosto septiembre octubre noviembre diciembre
  english german french spanish italian dutch portuguese polish american british european canadian australian chinese japanese indian african asian
  russian irish scottish welsh swiss austrian belgian swedish danish norwegian finnish greek turkish korean mexican brazilian arabic latin
  christmas easter halloween thanksgiving ramadan god jesus christ allah bible internet google apple amazon microsoft facebook twitter
  instagram youtube netflix alexa siri cortana bixby windows android linux iphone ipad covid wifi bluetooth usb pdf html ok tv
  customer team support sir madam all everyone everybody there folks guys again service sales colleague colleagues friend friends ladies gentlemen
  kunde kundin kunden damen herren zusammen leute equipe amigo amigos tutti allemaal mom mum dad mother father grandma grandpa mama papa
  the so my it he she we you i an and or but if in on at to of for with from by as is are was were be been do does did have has had not no
  yes any some each every other this that these those here when where what which who whom whose why how can could would should may might must
  shall only also too very more most much many few both either neither our your his her its their me him us them then than now just even still
  yet once after before while because since until although though through about between under over again further such same own all
  please sorry ok okay great good bad nice well big large small long new old first last next best worst high low free hot cold fast slow
  order item product delivery return refund phone email address name date number price quality value money battery charger case
  und oder aber wenn weil dass nicht kein keine ich wir ihr er sie es mein dein sein unser euer der die das den dem des ein eine einer im am zum zur
  bei nach seit von aus auf fur mit ohne gegen auch nur noch schon sehr hier dort heute morgen gestern bitte
  et ou mais si que qui quoi dont ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs je tu il elle nous vous ils elles on les des
  une dans sur sous avec sans chez par pour pas plus tres ici hier demain aujourd voici voila
  pero como cuando donde quien cual este esta estos estas ese esa mi mis tu tus su sus nuestro nuestra yo nosotros ellos ellas usted ustedes los las una unos unas
  en con sin sobre entre muy mas aqui ayer hoy manana
  anche come quando dove chi quale questo questa questi queste quello quella mio mia tuo tua suo sua nostro nostra vostro io noi voi loro gli nel nella sul sulla
  del della dei delle molto qui ieri oggi domani
  het een maar als omdat dat niet geen ik wij jij jullie hij zij mijn jouw zijn haar onze deze dit die hier daar gisteren vandaag
  america africa asia europe antarctica australia england scotland wales britain usa
  afghan iraqi iranian syrian saudi israeli palestinian egyptian libyan moroccan algerian tunisian nigerian kenyan ethiopian somali sudanese ghanaian
  pakistani bangladeshi nepali afghani thai vietnamese filipino indonesian malaysian burmese mongolian tibetan korean ukrainian belarusian serbian croatian
  bosnian albanian bulgarian romanian hungarian czech slovak slovenian austrian estonian latvian lithuanian icelandic cuban colombian venezuelan
  peruvian chilean bolivian argentine argentinian jamaican haitian dominican hawaiian texan californian muslim islamic christian catholic protestant
  jewish hindu buddhist sunni shia sikh orthodox democrat democrats republican republicans soviet nazi communist
  north south east west northern southern eastern western central upper lower new old saint street avenue road`,
);
/** Nouns that turn a preceding name into that of a building, a firm, a place or a thing. */
export const thingNouns = set(
  `pan pot dal atta flour goreng oelek masala curry grill spatula
  ladder lagoon pass falls creek green common cove gardens garden road rd wood woods forest moor heath fell peak pike ridge canyon desert gate bridge quay pier harbour harbor port
  rovers athletic wanderers rangers albion villa hotspur rovers yankees giants lakers bulls bears lions tigers eagles warriors saints kings madrid
  salad soup stew pie tart steak eggs chicken beef pork lamb curry noodles rice bread cake pudding biscuit biscuits cookies toast sandwich burger sausage ham fish chips sauce cocktail martini
  steel foods brewing railway railways lager ale whisky whiskey gin rum vodka rose fir pine oak maple fern daisy lily mint weed grass balsam cress bush tree apple pear plum cherry potato
  junction crossing terminal ferry express bus tram tunnel motorway interchange services barracks arsenal cathedral abbey priory minster
  stitch knit scarf scarves collar sleeves boots hat cap glasses razor knife pen notebook pad bookcase bed chair desk table shelf
  bible gospel testament prayer symphony sonata concerto overture quartet waltz march ballet opera musical movie film novel
  principle rule equation constant transform filter distribution process chain tree sort search blur noise engine motor process number test
  kafka cluster layers server script code studio framework linux
  platz strasse allee brucke ufer park stadion halle schule schloss kirche turm berg see torte kuchen suppe schnitzel wurst kohl salat brot
  rue avenue place chateau gare pont stade jardin gateau sauce
  calle plaza avenida paseo estacion estadio parque salsa via piazza corso stazione stadio
  inc ltd llc llp plc corp corporation company co gmbh ag kg ohg se sa sas sarl srl spa bv nv ab oy group holdings holding partners bank university college
  school academy institute hospital clinic church museum library hotel restaurant cafe bar pub theatre theater stadium arena airport station
  street avenue road lane drive boulevard court place way square park bridge river lake mount mountain valley beach island islands bay city town
  county state province district region village county foundation association society club fc united league cup award prize trophy festival
  edition series model pro max plus mini ultra lite air watch phone tablet laptop camera headphones speaker keyboard mouse printer router
  app software platform cloud studio labs lab technologies technology systems solutions services media press news times journal magazine
  act law theorem syndrome disease effect day week month year center centre building tower hall house palace castle cathedral mall store shop
  airlines airways motors records pictures games entertainment productions energy oil insurance capital ventures estate farm farms vineyards brewery
  office team support store shops users update version manual edition wine beer coffee tea chocolate jeans shoes dress shirt bag cream shampoo perfume sauce cheese pizza licence license licences licenses box boxes kit set bundle pack bottle device machine subscription warranty recall charger battery
  screen cable case cover lid filter blade engine car bike truck van cooker oven kettle blender mixer vacuum drone console controller lens tripod tent
  backpack boots sneakers trainers sandals jacket coat hoodie jeans mattress pillow sofa lamp method algorithm test scale index stadium`,
);
/** Words that only occur in names of places. */
export const placePrefixes = set(
  "san santa santo sao sankt saint st sainte port fort cape mont mount lake loch rio puerto porto isla ile monte lago",
);
/** Nouns of places that are also frequent family names; after an unambiguous given name they are a family name. */
export const familyNamePlaceNouns = set(
  "hill park lake street road lane way bay creek pass green wood woods field fields forest heath moor hall house castle rose lily oak tree bridge ford mill cross church abbey bush king kings price hole",
);
/**
 * Words that turn a following name in the same run into that of a place, a dish or a work: `Mont Blanc`, `Tarte Tatin`.
 */
export const placeNounsBeforeNames = set(
  `mont mount lake loch lough ben slieve croagh cape fort port point isle isles glen river rio lago monte lac ile isla islas isola cabo puerto porto bahia golfo sierra cerro valle villa vila
  saint st sainte san santa santo sao sankt sint sveti szent ste
  palazzo piazza plaza piazzale corso viale via rue avenue boulevard place chateau stade estadio stadio campo castello castillo schloss burg hotel hostal pension cafe bar bistro trattoria osteria pizzeria
  restaurant ristorante restaurante taberna casa chez maison domaine clos cave bodega bodegas cantina
  tarte quiche crostata torta pasta pizza gateau charlotte crepe sauce soupe salade insalata peche poire filet fillet steak tournedos hachis oysters lobster peach eggs chicken beef lamb pork pad chop sole
  spaghetti penne linguine risotto zuppa fabada tortilla crema pan pastel brazo bocadillo ropa caldo sopa bolo bacalhau pastel leche flan boeuf coq croque pate omelette souffle fondue
  club atletico sporting real racing deportivo olympique stade as ac fc sc sv tsv vfb vfl borussia eintracht union inter dynamo dinamo lokomotiv boca newells queen grasshoppers austria
  banco bank banca banque caja cassa credit credito grupo gruppo groupe gruppe group societe compagnie cia radio tele canal rai teatro theatre museo musee museum
  radio opera don call grand great mills bros novo ponte pont pico praia ilha serra`,
);
/** Words of relationship: the following name is a person's. */
export const relationshipWords = set(
  `nephew niece grandson granddaughter grandfather grandmother granny nan fiance fiancee partner housemate flatmate roommate carer caregiver guardian
  pt pts pte pat pac paz nok fao interpreter owner holder occupant occupier chairman chair treasurer secretary attending consultant registrar midwife
  buyer seller vendor supplier intern trainee coach trainer pastor vicar priest mate pal buddy bloke somebody someone
  enkel enkelin neffe nichte schwager schwagerin tante onkel oma opa nachbar nachbarin hausmeister arztin arzt patient lehrer lehrerin azubi betreuer betreuerin
  neveu niece cousin cousine oncle gardien stagiaire directeur directrice copain copine compagnon compagne infirmiere infirmier
  sobrino sobrina primo prima tio tia abuelo abuela suegra suegro vecino vecina jefe jefa encargado encargada enfermera companera
  nipote cugino cugina zio zia nonno nonna suocera vicino vicina infermiera infermiere direttore direttrice fidanzato fidanzata capo
  neef nichtje oom opa oma schoonmoeder verpleegkundige huisarts baas collega docent stagiair
  marido esposa filho filha irmao irma amigo amiga vizinho vizinha avo tio tia primo prima colega chefe enfermeira doente
  maz zona syn corka siostra przyjaciel przyjaciolka sasiad sasiadka kolega kolezanka szef szefowa ciocia wujek babcia dziadek pacjent pacjentka
  colleague customer patient client nurse teacher manager agent technician driver wife husband son daughter brother sister friend
  neighbour neighbor cousin uncle aunt boss assistant doctor therapist lawyer attorney tenant landlord employee applicant candidate student pupil
  passenger guest resident witness victim suspect defendant plaintiff user contact representative rep advisor adviser consultant supervisor
  receptionist cashier waiter waitress server courier plumber electrician engineer dentist surgeon gp author director kollege kollegin kunde kundin
  patientin mitarbeiter mitarbeiterin chef freund freundin mann tochter sohn bruder schwester collegue client cliente femme mari fils fille frere
  soeur ami amie voisin voisine paciente clienta esposa esposo marido mujer hijo hija hermano hermana amigo amiga companero companera collega moglie
  marito figlio figlia fratello sorella amico amica klant collega vrouw man zoon dochter broer zus vriend vriendin buurman buurvrouw`,
);
/** Verbs that only people are the subject of; they follow a name. */
export const personVerbs = set(
  `swears swore reckons reckoned picks hangs says sat sits shouted whispered argued claims claimed complains moaned grumbled emails mails texts rang rings
  writes wondered wonders signs booked books cooked cooks teaches taught studied studies graduated apologises apologizes waited waits arrived arrives
  drives walks sings sang danced runs ran fell tripped sneezed cried swore offered offers volunteered refuses begged begs warned warns
  schreibt fragt ruft meint erzahlt erzahlte antwortet antwortete kommt wartet heisst hiess braucht klagt berichtet berichtete bittet bat verspricht versprach
  dit ecrit ecrivait appelle telephone repond repondu pense croit habite travaille arrive attend voulait disait raconte pleure
  dice dijo escribe escribio llama llego quiere trabaja vive pregunta pregunto responde respondio cree piensa espera necesita comenta conto vino
  dice disse scrive scrisse chiama chiamo pensa crede abita vive arriva aspetta racconta ride risponde rispose
  zegt schrijft vraagt belt denkt vindt komt wacht vertelt vertelde antwoordt moest wilde
  diz disse escreve escreveu liga ligou pergunta perguntou mora vive trabalha quer chegou acha pensa espera respondeu
  mowi powiedzial powiedziala pisze napisal napisala dzwoni dzwonil dzwonila pyta pytal pytala prosi prosil prosila mieszka pracuje chce czeka mysli twierdzi odpisal odpisala zadzwonil zadzwonila
  said says asked asks told tells wrote writes called calls replied replies answered answers explained explains confirmed confirms reported reports
  complained complains thinks thought believes believed wants wanted lives lived emailed phoned texted requested requests visited visits signed agreed
  agrees refused helped promised promises mentioned mentions suggested suggests recommended recommends ordered bought paid sent received joined married died
  admitted declined apologised apologized insisted smiled laughed cried nodded knows knew hung spoke speaks talked talks thanked thanks met meets hates loves
  loved liked likes hopes hoped forgot remembers remembered noticed handed picked drove walked slept woke retired resigned who whose
  sagt sagte wohnt schrieb rief fragte meinte mochte bestatigte bat habite appelle ecrit demande confirme veut dijo dice llamo escribio vive trabaja quiere pidio
  abita lavora scrive chiama vuole chiesto zei zegt woont werkt belde schreef vroeg wil`,
);
/** Verbs that things can also be the subject of. */
export const anySubjectVerbs = set(
  `isnt wasnt hasnt wont cant couldnt didnt doesnt seems seemed looks looked keeps kept finally actually really probably usually already
  gave gets goes makes made puts put has sends tries tried let lets left used uses
  nicht kann konnte will wollte soll sollte musste muss war ist sei hatte nie noch wieder
  aurait avait etait sera serait peut pouvait doit devait va vient na ne nest nous ma ta
  no viene estaba fue seria puede podia debe sabe va ya tambien siempre me te nos
  non viene era sara sarebbe puo deve sa va mi ti ci gia anche
  niet komt kan kon moet zou wil gaat ook nog altijd
  nao vem estava foi seria pode deve sabe vai ja tambem sempre me te nos
  nie jest byl byla bedzie moze ma juz tez zawsze
  is was has had will would can could should does did never always just also still from worked works left went came took gave got needs moved started arrived
  hat war ist arbeitet kam ging half wird wurde a est avait etait travaille tiene es era ha detto heeft was`,
);
/** Words directly before a name. */
export const wordsBeforeNames = set(
  `chez avec aan bij namens pela pelo ao para com z u dla od przez do
  by from with to for and then but because when while if that cc attn via per of see saw gave give sent named
  von mit bei an fur und par avec pour de chez et con para por y a da e van met voor en door aan`,
);
/** Verbs with people as their object; they precede a name. */
export const verbsBeforeNames = set(
  `tell telling ask asking asks told phoned trusted poor believe believed thanked thanking greet greeted
  met meeting bump chased chase emailing calling interviewing interview sue sued accused accuse
  dile diles decidle dinos pregunta preguntale preguntad avisa avisad avisadle llamad llama pidele escribele
  chiedi chiedete chiedere dite dillo avvisa avvisate chiama chiamate chiamano senti sentite scrivi scrivete
  demande demandez demander dites dis previens prevenez appelle appelez contactez contacte vois voyez
  frag fragt fragen sag sagt ruf ruft informiert kontaktiert schreib
  vraag vraagt bel zeg mail iemand
  pergunta perguntem liga liguem fala falem encontrei avisa avisem chama diz digam
  zapytaj zapytajcie powiedz powiedzcie zadzwon napisz spytaj
  llamaba llamaban llama chama chamava chamavam chiamava chiamavano intestato intestata odbiorca odbiorcy titulaire beguenstigter destinatario
  met asked told contact contacted called emailed thank thanked ask tell email call phone phoned ring reach reached inform informed notify notified remind reminded
  invite invited visit visited marry married hire hired meet texted text says said asks wrote interviewed promoted fired trust pay paid owe blame warn warned help helped
  rufen anrufen fragen sagen informieren contacter appeler prevenir informer llamar avisar preguntar chiamare avvisare informare bellen vragen`,
);
/** Articles: the next word names a thing. */
export const articleWords = set(
  `au aux du des al dello agli ai alle alla allo nel nello nella nei nelle negli sul sullo sulla sui sulle dal dallo dalla dai dalle dem den des zum zur beim vom am
  no na nos nas do dos os as um uma uns umas esta este estos estas questo questa ce cet cette ces no mon ma mes ton ta tes notre votre nos vos leur leurs the a an this these those my your our its every each some any der die das ein eine einen le la les un une el los las una il lo gli i het een`,
);
/** Prepositions before places. */
export const locationPrepositions = set(
  "in at near around across through into onto over under im nach aus dans en sur desde hacia hasta nel nella naar te uit",
);
/** Particles between parts of a name. */
export const nameParticles = set(
  "de del della di da dos das do van der den von zu zur vom la le el al bin bint ibn ben abu ter ten af av du des y e i st san mac in op 't 's ap",
);
/** Brands with names of people. */
export const brandsNamedAfterPeople = set(
  `ford tesla dyson philips siemens bosch honda ferrari porsche mercedes benz chevrolet chrysler dodge cadillac bentley rolls royce harley davidson bugatti
  gucci prada armani versace dior chanel hermes levi levis calvin klein lauren hilfiger hugo lacoste nike adidas puma burberry cartier rolex omega tissot swatch
  kellogg kelloggs heinz nestle ferrero lindt cadbury hershey mcdonald mcdonalds wendys starbucks walmart macy macys bloomberg
  goldman sachs merrill lynch fargo schwab deloitte ernst kpmg kindle nikon canon casio yamaha suzuki kawasaki ducati bianchi
  toyota mazda nissan kia hyundai subaru lexus acura infiniti volvo saab skoda seat opel renault peugeot citroen fiat lancia maserati lamborghini
  sony samsung nokia motorola ericsson xiaomi huawei oppo lenovo asus acer garmin fitbit jabra bose sennheiser shure marshall gibson fender steinway roland korg
  disney pixar marvel gillette nivea garnier olay maybelline loreal revlon lancome lego barbie nintendo zelda pokemon xbox playstation galaxy pixel redmi
  makita dewalt bissell hoover rowenta braun remington oral breville kenwood delonghi jura krups tefal moulinex miele electrolux whirlpool zanussi smeg aeg
  roomba eufy anker belkin netgear linksys logitech razer corsair kingston sandisk seagate toshiba panasonic pioneer philco onkyo denon sonos jbl beats
  schwinn specialized osprey patagonia columbia timberland salomon asics reebok converse skechers birkenstock crocs fila umbro kappa speedo oakley rayban
  barilla danone evian perrier pepsi fanta sprite lipton twinings lavazza nescafe nespresso heineken guinness carlsberg bacardi smirnoff jameson
  tylenol advil aspirin zyrtec claritin lipitor viagra prozac xanax ibuprofen
  photoshop excel powerpoint salesforce oracle zoom slack skype spotify tiktok snapchat pinterest linkedin whatsapp telegram ebay etsy aliexpress alibaba
  zalando ikea lidl aldi tesco sainsbury asda waitrose carrefour costco kroger safeway wegmans ups fedex dhl usps hermes`,
);
/** Words that are never a person's full name on their own, although many people have that name. */
export const ambiguousNames = set(
  `ada julia haskell pascal ruby perl scala crystal elm delphi jenkins selenium django flask cassandra maven jupyter travis celery luigi newton kelvin celsius ohm joule
  parkinson alzheimer crohn hodgkin tourette asperger huntington addison cushing graves down gala edward williams bramley cox clementine margarita margherita marinara bellini garibaldi caesar
  florentine diane suzette benedict napoleon madeleine magdalena charlotte victoria juventus inter union lens lille nancy valence laval otto billy malm lack
  will mark bill grace hope faith joy rose lily daisy violet iris ivy summer autumn dawn april may june august chance chase hunter mason carter cooper parker
  tyler taylor jordan paris london austin dallas houston brooklyn virginia carolina georgia florence sydney chelsea madison jackson lincoln
  washington france germain china india israel kenya chad sky star angel destiny miracle heaven crystal amber jade ruby pearl opal
  diamond gene frank art rich pat sue rob jack nick drew miles rocky sandy stormy cliff glen dale heath brook forest river reed rusty randy
  bob dick harry tom charity patience prudence mercy justice honor liberty victory glory trinity genesis king prince duke earl major judge baron
  marshal dean page paige penny price young long short brown black white green gray grey blue gold silver stone wood woods fields hill hills lake
  rivers banks wells ford bridges church bishop abbott pope knight cook baker butcher carpenter miller smith taylor weaver fisher
  mercedes porsche alexa siri olive basil ginger sage rosemary thyme pepper candy honey sugar brandy sherry ginny kitty bunny robin wren
  jay phoenix wolf fox bear lamb bass pike roman german english welsh holland denmark jose luis sol mar luz paz cruz santos reyes
  sunny max ace buddy prima nova luna stella aurora venus mars mercury orion apollo atlas titan zeus athena echo siena vienna verona milan
  roma lourdes mecca asia africa america europa eden salem case kit van don ray guy les lee kay bo jo al ed ty max lane`,
);
/** Phrases that announce a name, in lower case. */
export const introductionPhrases: ReadonlySet<string> = new Set(
  `name is, name was, name's, names is, i am, i'm, this is, call me, called me, goes by, called, named, mein name ist, ich heiße, ich heisse, ich bin,
  je m'appelle, m'appelle, mon nom est, je suis, me llamo, mi nombre es, soy, mi chiamo, il mio nome è, sono, ik heet, mijn naam is, ik ben, nazywam się,
  meu nome é, spoke to, spoke with, speak to, speak with, speaking to, speaking with, talk to, talk with, talked to, talked with, talking to, talking with,
  ask for, asked for, assigned to, belongs to, signed by, written by, reported by, handled by, served by, approved by, requested by, regards from,
  on behalf of, in the name of, addressed to, payable to, delivered to, met with, meeting with, appointment with, interview with, born as,
  liegt bei, abgegeben bei, hinterlegt bei, abholen bei, abgeholt bei, wohnt bei, se llamaba, se llama, si chiamava, si chiama, s'appelait, hieß, heißt, nazywa się, nazywał się,
  nazywała się, chama-se, chamava-se, chamo-me, me chamo, o meu nome é, nazwisko, intestato a, intestata a, intestato, intestata, odbiorca, au nom de, al nombre de, a nombre de, a nome di, auf den namen, op naam van, em nome de, na nazwisko, contact her nephew, somebody called, someone called, un certain, un tal, un certo, ein gewisser,
  née, né, geb, geborene, geboren, born as, aka, alias, hier ist, hier spricht, c'est, ici, soy yo, au nom de, here is, this was,
  unterschrieben von, gesprochen mit, termin bei, termin mit, parlé à, parlé avec, rendez-vous avec, hablé con, hablado con, cita con, parlato con,
  appuntamento con, gesproken met, afspraak met`
    .split(",")
    .map((one) => one.trim().replace(/\s+/g, " ")),
);
