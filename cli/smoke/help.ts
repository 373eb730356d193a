/** `npm run smoke -- --help` */
export const smokeHelp = `Go through the checklist "not tried without AWS" against a stage that is deployed,
or against the stack on this machine, and print a table: what was looked at,
whether it is right, and what to do.

  npm run smoke -- --stage prod
  npm run smoke

It makes three models of the eight sample pieces: by the API, by a manifest and
from the console. On a stage in AWS each costs credits; without your word those
rows are left out. The objects under smoke/ and inbox/smoke-… expire with the audio.

Options
  --stage <name>       a stage in AWS (or CHIRPSMITH_STAGE). The shell's credentials
                       must let you put objects, start executions, and list alarms
  --origin <origin>    one of the stage's allowedOrigins: its preflight is sent
  --yes, -y            agree to the credits of three models
  --json               one JSON line instead of the table
  --help, -h           this text

Exit codes
  0 no row failed   1 a row failed   2 bad input, nothing done
`;
