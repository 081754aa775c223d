// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the person agreed to, took back, and an agent handed on, in plain words: out of the records and links that the
// checks before found signed and logged. What they allow is told here, and not held to anything. The fourth part of the
// page's script.
const plainWord = /^[\p{L}\p{N}\p{M}_.@:/+#*-]+$/u;
const readsAsOther = /^(-?\d+(\.\d+)?|true|false|null)$/;
// Text from outside between our words: in quotes where it could be taken for them.
const word = (text) => typeof text === "string" && plainWord.test(text) && !readsAsOther.test(text) ? text : JSON.stringify(text);
const listed = (words, how) => words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${how} ${words[words.length - 1]}`;
const momentOf = (seconds) => `${new Date(seconds * 1000).toISOString().replace("T", " ").slice(0, 19)} UTC`;

const constraintWords = {
  wildcard: () => "anything",
  exact: word,
  range: ({ min, max }) => [min === undefined ? [] : `at least ${word(min)}`, max === undefined ? [] : `at most ${word(max)}`].flat().map((each) => each.replaceAll('"', "")).join(" and "),
  one_of: (values) => listed(values.map(word), "or"),
  not_one_of: (values) => `anything but ${listed(values.map(word), "or")}`,
  contains: (values) => `a list with ${listed(values.map(word), "and")}`,
  subset: (values) => `a list of nothing but ${listed(values.map(word), "and")}`,
  pattern: (glob) => `anything like ${word(glob)}`,
  all: (parts) => listed(parts.map((each) => `(${constraintIn(each)})`), "and"),
  any: (parts) => listed(parts.map((each) => `(${constraintIn(each)})`), "or"),
};
function constraintIn(constraint) {
  try {
    const [[kind, operand]] = Object.entries(constraint);
    return constraintWords[kind](operand);
  } catch {
    return JSON.stringify(constraint);
  }
}

const memberWords = {
  constraints: (all) => Object.entries(all).map(([pointer, constraint]) => `${word(pointer.slice(1))}: ${constraintIn(constraint)}`),
  spend: (spend) => [
    ...[["per_action", "each time"], ["per_day", `a day (${word(spend.zone)})`], ["total", "in all"]]
      .filter(([limit]) => spend[limit] !== undefined).map(([limit, when]) => `at most ${spend[limit]} ${word(spend.currency)} ${when}`),
    `the amount is what stands at ${word(spend.amount_at.slice(1))}` + (spend.scale === undefined ? "" : `, in units of which 10^${spend.scale} make one ${word(spend.currency)}`)
      + (spend.currency_at === undefined ? "" : `, its currency at ${word(spend.currency_at.slice(1))}`)],
  uses: (uses) => [`at most ${count(uses, "time", "times")}`],
  rate: ({ count: times, seconds }) => [`at most ${count(times, "time", "times")} in ${count(seconds, "second", "seconds")}`],
  not_before: (at) => [`not before ${momentOf(at)}`],
  expires_at: (at) => [`until ${momentOf(at)}`],
  daily_window: ({ from, to, zone }) => [`only from ${word(from)} to ${word(to)} (${word(zone)})`],
  max_depth: (depth) => [depth > 0 ? `may be handed on, ${count(depth, "agent", "agents")} deep` : "may not be handed on"],
  step_up: ({ every_action: each, above, first_seen: seen }) => [
    ...(each ? ["the person is asked each time"] : []), ...(above === undefined ? [] : [`the person is asked above ${word(above).replaceAll('"', "")}`]),
    ...(seen || []).map((pointer) => `the person is asked for a new ${word(pointer.slice(1))}`)],
  signed_reads: (signed) => signed ? ["reading must be signed, too"] : [],
};
// One part of a permission, a sentence each. What this page has no words for stands as it is. `isNamed`: which part each
// is about, where there are several.
function detailWords({ type, actions, locations, ...limits }, isNamed) {
  const what = `${listed(actions.map(word), "and")} at ${listed(locations.map(word), "and")}`;
  return [what, ...Object.entries(limits).flatMap(([name, value]) => {
    try {
      return memberWords[name](value);
    } catch {
      return [`${word(name)}: ${JSON.stringify(value)}`];
    }
  }).map((limit) => isNamed ? `${what}: ${limit}` : limit)];
}
const hasParts = (permission) => Array.isArray(permission) && permission.length > 1;
function permissionWords(permission, isNamed = hasParts(permission)) {
  try {
    return permission.flatMap((detail) => detailWords(detail, isNamed));
  } catch {
    return [`${JSON.stringify(permission)}`];
  }
}

// What was signed under a grant up to an entry, oldest first: {permission, logged}.
function signedFor(file, grant, upTo) {
  const records = file.consents.filter(({ claims, logged }) => claims.grant_id === grant && claims.purpose !== "action" && logged <= upTo)
    .sort((a, b) => a.logged - b.logged).map(({ claims, logged }) => ({ permission: claims.granted, asked: claims.asked, purpose: claims.purpose, logged }));
  const entry = file.entries.find(({ index, claims }) => index <= upTo && claims.type === "grant_delegated" && claims.grant_id === grant);
  const link = entry && file.linkOf && file.linkOf.get(entry.claims.link);
  return link ? [{ permission: link.claims.authorization_details, logged: entry.index }, ...records] : records;
}
const withoutThose = (words, others) => words.filter((each) => !others.includes(each));

// [heading, sentences] for an entry of the story; none for most.
function authorityIn(file, { index, claims }) {
  const all = claims.grant_id === undefined ? [] : signedFor(file, claims.grant_id, index);
  const last = all[all.length - 1];
  if (claims.decision !== undefined) return decidedUnder(file, index, claims);
  if (!last || last.logged !== index) return [];
  if (claims.type === "grant_delegated") return [["What was handed on", permissionWords(last.permission)]];
  const first = claims.type === "grant_narrowed" && all.length > 1 ? all[all.length - 2].permission : last.asked;
  const [before, granted] = [first, last.permission].map((each) => permissionWords(each, hasParts(first) || hasParts(last.permission)));
  const gone = withoutThose(before, granted), come = withoutThose(granted, before);
  if (claims.type === "consent_given")
    return [["What the person agreed to", granted], ...(gone.length ? [["What the agent had asked for, and did not get so", gone]] : [])];
  return [["What the person took back", gone], ["What stands in its place", come], ["What was left", granted]].filter(([, words]) => words.length);
}
// The action had to be within each of them.
function decidedUnder(file, index, claims) {
  return (Array.isArray(claims.chain) ? claims.chain : []).flatMap((grant, hop) => {
    const signed = signedFor(file, grant, index);
    if (!signed.length) return [];
    return [[hop === 0 ? "What the person had agreed to then" : `What had been handed on to agent ${hop + 1} of the chain`, permissionWords(signed[signed.length - 1].permission)]];
  });
}
