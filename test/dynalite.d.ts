declare module 'dynalite' {
  /** An HTTP server of DynamoDB's protocol; in memory when no path is given. */
  export default function dynalite(options: {
    createTableMs?: number;
    path?: string;
  }): import('node:http').Server;
}
