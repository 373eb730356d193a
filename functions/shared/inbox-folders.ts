/** Where manifests start sessions; and where one that was meant to gets a report, and nothing else. */
export const inboxFolders = ['inbox/', 'Inbox/', 'INBOX/', '/inbox/'] as const;
