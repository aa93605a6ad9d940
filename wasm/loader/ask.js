// What the server is asked.

// The server's time and the end of the attempt, in milliseconds; both NaN where there is no answer.
export async function serverTime(address) {
  try {
    const answer = await fetch(address, { cache: "no-store", credentials: "same-origin" });
    const { now, end } = answer.ok ? await answer.json() : {};
    return [now ?? NaN, end ?? NaN];
  } catch {
    return [NaN, NaN];
  }
}

// A region of the same page with what the form says now, or null.
export async function region(form, name) {
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(answer.ok ? await answer.text() : "", "text/html");
    return page.querySelector(`[data-region=${name}]`);
  } catch {
    return null;
  }
}
