/** A UUID in lower case, as part of a pattern. */
const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** Ids of sessions. */
export const uuidPattern = new RegExp(`^${uuid}$`);

/** The provider's id of a custom model: `chirp-custom:<uuid>`. */
export const customModelPattern = new RegExp(`^chirp-custom:${uuid}$`, 'i');
