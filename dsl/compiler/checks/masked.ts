/** Message text for similar texts that contain masked personal data. */
export const MASKED_DATA_NOTE =
  "in some of them personal data is masked: they may have differed there, though a model reads them alike all the same; " +
  "pseudonyms in place of masks keep them apart";
