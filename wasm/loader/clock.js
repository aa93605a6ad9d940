// The server's clock and its announcements: crates/widget-core/src/clock.rs and announce.rs in plain JavaScript, step by step the same. Both
// are held to crates/widget-core/vectors.
const JUMP = 2_000;
const LONGEST_TRIP = 10_000;
const DRIFT = 0.001;
const OLD = 120_000;
const GRACE = 2_000;
const PATIENCE = 5_000;

const disagreement = (from, to) => (to.wall - from.wall) - (to.monotonic - from.monotonic);

export const reading = () => ({ monotonic: performance.now(), wall: Date.now() });
export const secondsLeft = (end, now) => Math.max(0, Math.ceil((end - now) / 1_000)) || 0;

export function digits(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

export class ServerClock {
  constructor(server, at) {
    this.offset = server - at.monotonic;
    this.uncertainty = LONGEST_TRIP;
    this.sampled = at.monotonic;
    this.asked = null;
    this.certain = false;
    this.doubted = at.monotonic;
    this.last = at;
  }

  now(at) {
    return at.monotonic + this.offset;
  }

  isDoubtful(at) {
    return !this.certain && at.monotonic - this.doubted > GRACE;
  }

  tick(at) {
    const jump = disagreement(this.last, at);
    if (Math.abs(jump) > JUMP) {
      if (this.certain) this.doubted = at.monotonic;
      this.certain = false;
      this.asked = null;
      this.offset += Math.max(jump, 0);
    }
    this.last = at;
  }

  ask(at) {
    const wanted = !this.certain || at.monotonic - this.sampled > OLD;
    const waiting = this.asked !== null && at.monotonic - this.asked < PATIENCE;
    if (wanted && !waiting) this.asked = at.monotonic;
    return wanted && !waiting;
  }

  answer(sent, server, received) {
    const trip = received.monotonic - sent.monotonic;
    const whole = trip >= 0 && trip <= LONGEST_TRIP && Math.abs(disagreement(sent, received)) <= JUMP;
    if (!whole || !Number.isFinite(server)) return false;
    const aged = this.uncertainty + DRIFT * (received.monotonic - this.sampled);
    if (!this.certain || trip / 2 <= aged) {
      this.offset = server + trip / 2 - received.monotonic;
      this.uncertainty = trip / 2;
      this.sampled = received.monotonic;
    }
    this.certain = true;
    this.asked = null;
    this.last = received;
    return true;
  }
}

export class Announcer {
  constructor(thresholds, left) {
    this.thresholds = thresholds;
    this.heard = left;
  }

  due(left, certain) {
    if (!certain) return null;
    const reached = this.thresholds.filter((threshold) => left <= threshold && threshold < this.heard);
    this.heard = left;
    return reached.length > 0 ? Math.min(...reached) : null;
  }
}
