/* Asks the app's own /api/curves once a second for what is new, right after the lab has read it, and more often until
   there is a first point; never twice at a time, and not while nobody looks. */

const LONGEST_QUERY = 4000;
const PATIENCE = 15000;
const PERIOD = 1000;
const FIRST_PAUSE = 250;
const SHORTEST_PAUSE = 300;
const AFTER_READING = 60;

/* The lab answered that it will not; the text is its sentence. */
class Refused extends Error {}

/* The lab did not answer as it does. */
class Lost extends Error {}

async function askFor(url, signal) {
  let response;
  let answer;
  try {
    response = await fetch(url, { signal, cache: "no-store", credentials: "same-origin" });
    answer = await response.json();
  } catch (error) {
    if (!response || response.ok || response.status >= 500) throw new Lost(error.message);
  }
  if (response.status >= 500) throw new Lost(`status ${response.status}`);
  if (!response.ok) throw new Refused(answer?.error ?? "");
  return answer;
}

/* Long lists of curves are asked for in several requests: servers and proxies limit an address. */
function queriesFor(lines, common) {
  const queries = [];
  let length = Infinity;
  for (const line of lines) {
    const { run, tag, steps_per_epoch: epoch, seeds = [] } = line.series;
    const asked = { run, tag, have: line.have, steps_per_epoch: epoch ?? "", seeds: seeds.map(([name]) => name).join("\n") };
    const own = new URLSearchParams(asked).toString();
    if (length + own.length > LONGEST_QUERY) {
      queries.push({ text: common, lines: [] });
      length = common.length;
    }
    const query = queries.at(-1);
    query.text += `&${own}`;
    query.lines.push(line);
    length += own.length + 1;
  }
  return queries;
}

/* How long to wait where the curves were last read `age` seconds ago and are read once a second, if they are. */
function pauseUntilRead(age) {
  const left = age === null || age > 2 ? PERIOD : PERIOD - 1000 * age + AFTER_READING;
  return Math.min(PERIOD + AFTER_READING, Math.max(SHORTEST_PAUSE, left));
}

class Asking {
  /* `ask(signal)` does one round; `told(state, text)` hears "live", "lost" or "refused". */
  constructor(ask, told) {
    this.ask = ask;
    this.told = told;
    this.failures = 0;
    this.pause = FIRST_PAUSE;
    this.onVisible = () => document.hidden || this.now();
    document.addEventListener("visibilitychange", this.onVisible);
    window.addEventListener("online", this.onVisible);
  }

  now() {
    clearTimeout(this.timer);
    if (this.running) this.again = true;
    else this.round();
  }

  async round() {
    this.running = new AbortController();
    this.again = false;
    const patience = setTimeout(() => this.running?.abort(), PATIENCE);
    try {
      await this.ask(this.running.signal);
      this.failures = 0;
      if (!this.ended) this.told("live", "");
    } catch (error) {
      if (this.ended || this.again) return;
      this.failures += 1;
      if (error instanceof Refused) this.told("refused", error.message);
      else if (!(error instanceof Lost)) reportError(error);
      // One answer that went missing is not worth a word.
      else if (this.failures > 1) this.told("lost", "");
    } finally {
      clearTimeout(patience);
      this.running = null;
      if (!this.ended) this.plan();
    }
  }

  plan() {
    if (this.again) return void this.round();
    if (document.hidden) return;
    const pause = this.failures ? Math.min(5000, 1000 * this.failures) : this.pause;
    this.timer = setTimeout(() => this.round(), pause);
  }

  end() {
    this.ended = true;
    clearTimeout(this.timer);
    this.running?.abort();
    document.removeEventListener("visibilitychange", this.onVisible);
    window.removeEventListener("online", this.onVisible);
  }
}
