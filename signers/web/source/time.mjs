// Times as links carry them.

/** Unix seconds of a text in this spelling: { kind, east }. Undefined for another spelling and for what is no time. */
export function readTime({ kind, east }, text) {
  if (kind === "seconds") return tenDigits(text);
  if (kind === "hex") return /^[0-9a-f]{8}$/i.test(text) ? parseInt(text, 16) : undefined;
  if (kind === "minutes") return minutesOf(text, east);
  return tenDigits(text) ?? isoSeconds(text) ?? httpDate(text);
}

/** Unix seconds in this spelling. What does not fit it is rounded down. */
export function writeTime({ kind, east }, seconds) {
  if (kind === "hex") return seconds.toString(16).padStart(8, "0");
  if (kind === "minutes") {
    const time = new Date((seconds + east * 3600) * 1000);
    return Number.isNaN(time.getTime()) ? "" : time.toISOString().replace(/\D/g, "").slice(0, 12);
  }
  return String(seconds);
}

/** What a time looks like, for people. */
export const timeForm = ({ kind, east }) => ({
  seconds: "a Unix time of ten digits, such as 1795514400",
  hex: "a Unix time in eight hexadecimal digits, such as 6b05da60",
  minutes: `YYYYMMDDHHMM, by the clock of UTC${east < 0 ? "" : "+"}${east}`,
  iso: "2026-11-24T10:00:00Z, an HTTP date, or a Unix time of ten digits",
})[kind];

const tenDigits = (text) => (/^[1-9]\d{9}$/.test(text) ? Number(text) : undefined);

// Seconds of a date, if there is such a day and it is in 1970 or later.
function dateSeconds(year, month, day, hour, minute, second, east) {
  const time = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  time.setUTCFullYear(year, month - 1, day);
  const isDay = time.getUTCFullYear() === year && time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  const seconds = time.getTime() / 1000 - east;
  return isDay && hour < 24 && minute < 60 && second < 60 && seconds >= 0 ? seconds : undefined;
}

function minutesOf(text, east) {
  const [, year, month, day, hour, minute] = (/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? []).map(Number);
  return year === undefined ? undefined : dateSeconds(year, month, day, hour, minute, 0, east * 3600);
}

const ISO = /^(\d{4})-?(\d\d)-?(\d\d)[Tt ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,]\d{1,9})?)?)?(Z|z|([+-])(\d\d)(?::?(\d\d))?)$/;

function isoSeconds(text) {
  const [, year, month, day, hour, minute = 0, second = 0, zone, sign, hours = 0, minutes = 0] = ISO.exec(text) ?? [];
  if (zone === undefined || hours > 25 || minutes > 59) return undefined;
  const east = (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
  // A leap second is the one before it.
  return dateSeconds(Number(year), Number(month), Number(day), Number(hour), Number(minute), Math.min(second, second === "60" ? 59 : 60), east);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const HTTP_DATE = /^(?:(\w{3}), )?(\d{1,2}) (\w{3}) (\d{4}) (\d\d):(\d\d)(?::(\d\d))? (?:GMT|UT|([+-])(\d\d)(\d\d))$/;

function httpDate(text) {
  const [, weekday, day, month, year, hour, minute, second = 0, sign, hours = 0, minutes = 0] = HTTP_DATE.exec(text) ?? [];
  if (day === undefined || !MONTHS.includes(month)) return undefined;
  const east = (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
  const seconds = dateSeconds(Number(year), MONTHS.indexOf(month) + 1, Number(day), Number(hour), Number(minute), Number(second), east);
  const isThatDay = weekday === undefined || DAYS[new Date((seconds + east) * 1000).getUTCDay()] === weekday;
  return isThatDay ? seconds : undefined;
}
