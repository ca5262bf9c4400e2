// What Streamlit calls on every rerun of a page: something is mounted once, then told only what is new.

const mounted = new WeakMap(); // by root: what is live there, and the version and arrival that it knows

/** `begin` and `renew` return what is live; `arrive` moves it where the address says, when a person has come anew. */
export function keepMounted(root, { version, arrival }, { begin, renew, arrive }) {
  const known = mounted.get(root);
  if (!known) mounted.set(root, { version, arrival, live: begin() });
  else {
    if (known.version !== version) known.live = renew(known.live);
    if (known.arrival !== arrival) arrive(known.live);
    Object.assign(known, { version, arrival });
  }
  return () => {
    if (root.isConnected) return;
    mounted.get(root)?.live.destroy();
    mounted.delete(root);
  };
}
