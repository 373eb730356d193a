import { measure } from '../../observability/log.ts';
import { meteredIntake } from '../../observability/metered-provider.ts';
import { createIntake } from '../../provider/mountsea-intake.ts';
import type { Intake } from '../../provider/provider.ts';
import { environment } from '../../shared/environment.ts';
import { once } from './once.ts';
import { keyIn } from './secrets.ts';

export const mountseaOptions = () => ({
  baseUrl: environment('PROVIDER_BASE_URL'),
  creditsUrl: environment('PROVIDER_CREDITS_URL') || undefined,
  key: keyIn('PROVIDER_SECRET'),
});

/** The provider for a function that asks for no status and makes no music: it holds only these calls. */
export const intake: () => Intake = /* @__PURE__ */ once(() =>
  meteredIntake(createIntake(mountseaOptions()), measure),
);
