// What Streamlit calls on every rerun of a page: something is mounted once, then told only what is new.

const mounted = new WeakMap(); // by root: what is live there, the newest head that came, and the last arrival that was heard

let count = 0; // of all that was told

/**
 * A function that tells Python the value of a name. What is told once more is new, as Python may be elsewhere meanwhile;
 * what belongs to an earlier arrival comes too late.
 * @param {HTMLElement} root @param {(name: string, value: unknown) => void} setStateValue
 */
export const teller = (root, setStateValue) => (/** @type {string} */ name, /** @type {unknown} */ value) => {
  count += 1;
  setStateValue(name, { value, arrival: mounted.get(root).head.arrival, count });
};

/**
 * `payload` promises the data; it is asked for only where the head tells of another version. `begin` returns what is
 * live, `renew` too; `arrive` moves it where the address says, when a person has come anew.
 * @template Data, Head @template {{ destroy(): void }} What
 * @param {HTMLElement} root @param {Head & { version?: string, arrival?: string }} head
 * @param {() => Promise<Data>} payload
 * @param {{ begin(data: Data, head: Head): What, renew(live: What, data: Data): What, arrive(live: What): void }} acts
 */
export function keepMounted(root, head, payload, { begin, renew, arrive }) {
  const known = mounted.get(root) ?? { head: {}, live: null, arrival: null };
  const before = known.head;
  known.head = head;
  mounted.set(root, known);
  // Another picture may come with a person who comes anew; one that has just begun stands where the head says.
  const hear = () => {
    if (known.arrival !== known.head.arrival && known.arrival !== null) arrive(known.live);
    known.arrival = known.head.arrival;
  };
  if (before.version !== head.version) {
    payload().then((data) => {
      if (known.head.version !== head.version || !root.isConnected) return; // something newer came, or nobody looks
      known.live = known.live ? renew(known.live, data) : begin(data, known.head);
      hear();
    });
  } else if (known.live) hear();
  return () => {
    if (root.isConnected) return;
    known.live?.destroy();
    mounted.delete(root);
  };
}
