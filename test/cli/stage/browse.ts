/** What a browser and a person in it do: open the local issuer's page, fill it in, and follow the redirect. */
export async function browse(
  url: string,
  subject: string,
  action: 'sign-in' | 'decline' = 'sign-in',
): Promise<Response> {
  return fetch(await redirectOf(url, subject, action));
}

/** The address that the issuer sends the browser to, which does not open there: it runs on another machine. */
export async function redirectOf(
  url: string,
  subject: string,
  action: 'sign-in' | 'decline' = 'sign-in',
): Promise<string> {
  const page = await fetch(url);
  if (!(await page.text()).includes('<form method="post">')) throw new Error(`No page: ${page.status}`);
  const body = new URLSearchParams({ subject, action });
  const answered = await fetch(url, { method: 'POST', body, redirect: 'manual' });
  return answered.headers.get('location') ?? '';
}
