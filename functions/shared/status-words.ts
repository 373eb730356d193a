/** What a session's status means to a person: the same words in the terminal and on the page. */
export const statusWords = {
  open: 'not started',
  preparing: 'preparing',
  uploading: 'tracks on their way',
  review: 'waits for approval',
  creating: 'asking the provider',
  training: 'training',
  generating: 'making music',
  copying: 'copying the audio',
  ready: 'ready',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
  'needs-decision': 'needs a decision',
  abandoned: 'given up',
  deleting: 'half deleted',
} as const;

/** What a track's status means to a person. */
export const trackWords = {
  declared: 'waiting',
  submitting: 'going to the provider',
  submitted: 'at the provider',
  done: 'clip ready',
  failed: 'failed',
  rejected: 'rejected',
  duplicate: 'same bytes as an earlier file',
} as const;
