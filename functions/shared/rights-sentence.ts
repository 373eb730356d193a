/** What a person confirms about the files of a session, word for word. */
export const rightsSentence =
  'These recordings are mine to upload and to train on: I own all rights to them, or have the permission of everyone who does.';
