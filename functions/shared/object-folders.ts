/** Where the audio of sessions lies in the bucket. */
export const audioPrefix = 'audio/';

/** Where the audio of clips lies in the bucket. */
export const musicPrefix = 'music/';
