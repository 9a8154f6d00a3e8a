// What one raw value means: the rules of hiprisk.values in Python, word for word.
"use strict";

const MISSING_TEXTS = new Set(["", "na", "n/a", "#n/a", "nan", "null", "none", "unknown", "not known"]);
const ANSWER_WORDS = new Set([
  "mild", "moderate", "severe", "extreme", "very mild", "very severe", "slight", "minor",
  "low", "medium", "high", "little", "a little", "some", "much", "a lot", "very much",
  "never", "rarely", "sometimes", "often", "always", "monthly", "weekly", "daily",
]);
const TRUTHS = new Map([["false", "no"], ["true", "yes"]]);
const LARGEST = 1e300;
const NUMBER = /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?$/;
const INFINITY = /^[-+]?inf(inity)?$/i;
const TRUTH = /^([tT][rR][uU][eE]|[fF][aA][lL][sS][eE])$/;
const WHOLE_WITH_POINT = /^([-+]?[0-9]+)\.0*$/;
// A browser's own trim takes other blanks than Python's.
const BLANKS = /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;

const textOf = (value) => String(value).replace(BLANKS, "");

function isMissing(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return true;
  return typeof value === "string" && MISSING_TEXTS.has(textOf(value).toLowerCase());
}

// {value}, {} where missing, or {code} of what is wrong.
function readNumber(given) {
  if (isMissing(given)) return {};
  const text = textOf(given);
  if (typeof given !== "number" && (typeof given === "boolean" || !NUMBER.test(text))) {
    return { code: INFINITY.test(text) ? "NOT_FINITE" : "NOT_A_NUMBER" };
  }
  const value = Number(typeof given === "number" ? given : text);
  return Math.abs(value) <= LARGEST ? { value } : { code: "NOT_FINITE" };
}

const oneCode = (text) => (TRUTH.test(text) ? text.toLowerCase() : text.replace(WHOLE_WITH_POINT, "$1"));

function readLevel(given, levels) {
  if (typeof given !== "string" && isMissing(given)) return {};
  const text = textOf(given);
  if (levels.includes(text)) return { value: text };
  const code = oneCode(text);
  const same = levels.find((level) => oneCode(level) === code);
  if (same !== undefined) return { value: same };
  const noOrYes = levels.length === 2 && levels.includes("no") && levels.includes("yes");
  if (noOrYes && TRUTHS.has(code)) return { value: TRUTHS.get(code) };
  if (noOrYes && (code === "0" || code === "1")) return { value: code === "1" ? "yes" : "no" };
  const folded = text.toLowerCase();
  const declared = new Set(levels.map((level) => level.toLowerCase()));
  // None is an answer among mild and severe.
  if (levels.some((level) => ANSWER_WORDS.has(level.toLowerCase()))) declared.add("none");
  if (MISSING_TEXTS.has(folded) && !declared.has(folded)) return {};
  return { code: "UNKNOWN_CATEGORY" };
}
