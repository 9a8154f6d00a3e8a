// The sheet's numbers in a browser: the same steps, in the same order, as hiprisk.sheet in Python.
// No document, no network, no storage: functions of a sheet and of what is known of one patient.
"use strict";

const INTERVALS = { "80": [0.1, 0.9], "95": [0.025, 0.975] };
const SMALLEST_DENOMINATOR = 1e-6;

function makeEngine(sheet, comparison) {
  const outcome = sheet.outcome;
  const binary = outcome.kind === "binary";
  const linear = sheet.model.type === "linear";
  const ordinal = sheet.model.type === "ordinal" ? makeOrdinal(sheet.model) : null;
  const trees = sheet.model.type === "trees";
  // Trees of a forest hold the risk of a binary outcome itself; other models its log odds.
  const toRisk = sheet.model.link === "identity" ? (lp) => lp : expit;
  // What every partial sum of trees is rounded to.
  const rounded = sheet.model.precision === "float32" ? Math.fround : (sum) => sum;
  const specs = new Map(sheet.variables.map((spec) => [spec.name, spec]));
  const refits = sheet.model.refits || [];
  const siteVariable = (sheet.sites || {}).variable;
  const center = sheet.missing.mean;
  const precision = inverse(sheet.missing.covariance);

  // --- from what is known to columns --------------------------------------------------------

  function numericColumns(values) {
    return sheet.columns.map((column) => {
      const value = values[column.variable];
      if (value === undefined) return NaN;
      if (column.level === undefined) return value;
      return value === column.level ? 1 : 0;
    });
  }

  function condition(known) {
    const lacking = [];
    known.forEach((value, i) => { if (Number.isNaN(value)) lacking.push(i); });
    const pull = lacking.map((a) => {
      let total = 0;
      known.forEach((value, j) => {
        if (!Number.isNaN(value)) total += precision[a][j] * (value - center[j]);
      });
      return total;
    });
    const inner = submatrix(precision, lacking);
    const factor = cholesky(inner);
    const shift = solveUpper(factor, solveLower(factor, pull));
    return { lacking, factor, inner, means: lacking.map((a, i) => center[a] - shift[i]) };
  }

  function filled(known) {
    const group = condition(known);
    if (!group.lacking.length) return [known];
    return sheet.missing.draws.map((noise) => {
      const shift = solveUpper(group.factor, group.lacking.map((a) => noise[a]));
      const version = known.slice();
      group.lacking.forEach((a, i) => { version[a] = group.means[i] + shift[i]; });
      return version;
    });
  }

  const OPERATIONS = {
    minimum: Math.min,
    maximum: Math.max,
    difference: (a, b) => a - b,
    product: (a, b) => a * b,
    indicator: (value, bound) => (value >= bound ? 1 : 0),
    ratio: (top, bottom) => {
      const sign = bottom < 0 ? -1 : 1;
      return top / (Math.abs(bottom) < SMALLEST_DENOMINATOR ? sign * SMALLEST_DENOMINATOR : bottom);
    },
  };

  function named(columns) {
    const found = new Map(sheet.columns.map((column, i) => [column.name, columns[i]]));
    for (const item of sheet.derived) {
      const [a, b] = item.of.map((o) => (typeof o === "string" ? found.get(o) : o));
      found.set(item.name, OPERATIONS[item.op](a, b));
    }
    return found;
  }

  // --- the linear predictor -----------------------------------------------------------------

  function cube(difference) {
    const positive = Math.max(difference, 0);
    return positive * positive * positive;
  }

  // Ranges of the knots above the last one, beyond which the cubes would lose the line's digits.
  const STRAIGHT_BEYOND = 1000;

  function splineBasis(x, knots) {
    const last = knots[knots.length - 1], before = knots[knots.length - 2];
    const scale = (last - knots[0]) ** 2;
    if (x > last + STRAIGHT_BEYOND * (last - knots[0])) {
      const lines = knots.slice(0, -2).map((knot) => (last - knot) * (before - knot) / scale *
        (3 * (x - last) + (last - knot) + (last - before)));
      return [x, ...lines];
    }
    const bent = knots.slice(0, -2).map((knot) =>
      (cube(x - knot) - ((last - knot) / (last - before)) * cube(x - before) +
        ((before - knot) / (last - before)) * cube(x - last)) / scale);
    return [x, ...bent];
  }

  function functions(row) {
    return sheet.model.terms.flatMap((term) => {
      const x = row.get(term.column);
      return term.basis === "linear" ? [x] : splineBasis(x, term.knots);
    });
  }

  const coefficients = trees ? [] : sheet.model.terms.flatMap((term) => term.coefficients);

  function weighted(values, own) {
    let total = 0;
    values.forEach((value, i) => { total += own[i] * value; });
    return total;
  }

  const recalibration = sheet.model.recalibration;
  const least = trees ? Math.min(0.01, 0.5 / Math.max(sheet.model.trees.length, 1)) : 0;
  const insideForLogOdds = (risk) => Math.min(Math.max(risk, least), 1 - least);

  function heldBy(row) {
    if (linear) {
      let total = sheet.model.intercept;
      functions(row).forEach((value, i) => { total += coefficients[i] * value; });
      return total;
    }
    const inputs = sheet.model.inputs.map((name) => row.get(name));
    let total = rounded(sheet.model.baseline);
    for (const tree of sheet.model.trees) {
      let node = 0;
      while (tree.feature[node] >= 0) {
        const left = inputs[tree.feature[node]] <= tree.threshold[node];
        node = left ? tree.left[node] : tree.right[node];
      }
      total = rounded(total + tree.value[node]);
    }
    return sheet.model.divisor === undefined ? total : total / sheet.model.divisor;
  }

  // What trees say, with a recalibration over its log odds where the sheet has one.
  function linearPredictor(row) {
    const held = heldBy(row);
    if (recalibration === undefined) return held;
    const risk = insideForLogOdds(held);
    return recalibration[0] + recalibration[1] * Math.log(risk / (1 - risk));
  }

  function refitted(row) {
    const values = functions(row);
    if (ordinal) {
      const n = ordinal.intercepts.length;
      return refits.map((vector) =>
        ordinal.meanOf(ordinal.reachedAt(weighted(values, vector.slice(n)), vector.slice(0, n))));
    }
    return refits.map((vector) => {
      let total = vector[0];
      values.forEach((value, i) => { total += vector[i + 1] * value; });
      return total;
    });
  }

  function locate(known) {
    const rows = filled(known).map(named);
    const laws = ordinal ? rows.map((row) => ordinal.at(weighted(functions(row), coefficients))) : [];
    // What is split and compared of an ordinal model is its mean, in units of the score.
    const draws = ordinal ? laws.map((law) => law.mean) : rows.map(linearPredictor);
    const lp = mean(draws);
    return { rows, laws, draws, lp, variance: sampleVariance(draws, lp) };
  }

  // --- the outcome's distribution -----------------------------------------------------------

  const ends = !ordinal ? [] : [["floor", "below", outcome.lower], ["ceiling", "above", outcome.upper]]
    .filter(([name, , value]) => value !== undefined && outcome.events.every((event) => event.name !== name))
    .map(([name, direction, value]) => ({
      name, direction, value, reference: "fixed",
      label: `the ${name} of the score (${Number(value.toPrecision(6))})`,
    }));
  // Events whose chance is told; an ordinal model has the ends of its scale beside the outcome's own.
  const events = [...outcome.events, ...ends];

  const lowest = outcome.lower === undefined ? -Infinity : outcome.lower;
  const highest = outcome.upper === undefined ? Infinity : outcome.upper;
  const clip = (value) => Math.min(Math.max(value, lowest), highest);
  const shape = sheet.distribution;
  const residualScale = (at) => interpolate(at, shape.levels, shape.scales);
  const widened = (at, variance) => Math.sqrt(residualScale(at) ** 2 + variance);
  const quantile = (probability, at, scale) =>
    clip(at + scale * interpolate(probability, shape.probabilities, shape.quantiles));

  function chanceBeyond(event, bound, at, scale) {
    const below = interpolate((bound - at) / scale, shape.quantiles, shape.probabilities);
    if (event.direction === "above") {
      if (bound <= lowest) return 1;
      return bound > highest ? 0 : 1 - below;
    }
    if (bound >= highest) return 1;
    return bound < lowest ? 0 : below;
  }

  const scattered = (at, scale) => ({
    mean: at,
    quantile: (probability) => quantile(probability, at, scale),
    chance: (event, bound) => chanceBeyond(event, bound, at, scale),
  });

  // The outcome's distribution, what is missing drawn from its own; null where the sheet has none.
  function lawOf(place) {
    if (ordinal) {
      const reached = ordinal.intercepts.map((_, j) => mean(place.laws.map((law) => law.reached[j])));
      return ordinal.law(reached, place.lp);
    }
    if (shape === undefined) return null;
    const at = clip(place.lp);
    return scattered(at, widened(at, place.variance));
  }

  function lawOfDraw(place, draw) {
    if (ordinal) return place.laws[draw];
    const own = clip(place.draws[draw]);
    return scattered(own, residualScale(own));
  }

  function chance(event, place, known, law) {
    if (event.reference === "fixed") return law.chance(event, event.value);
    const position = sheet.columns.findIndex((column) => column.name === outcome.baseline);
    const baseline = known[position];
    if (!Number.isNaN(baseline)) return law.chance(event, baseline + event.value);
    return mean(place.rows.map((row, i) =>
      lawOfDraw(place, i).chance(event, row.get(outcome.baseline) + event.value)));
  }

  function numbers(known, place) {
    const found = {};
    if (binary) {
      found.risk = mean(place.draws.map(toRisk));
      const ordered = refitPredictions(place);
      if (ordered) ordered.sort((a, b) => a - b);
      for (const [level, bounds] of Object.entries(INTERVALS)) {
        found[`lower_${level}`] = ordered ? sortedQuantile(ordered, bounds[0]) : null;
        found[`upper_${level}`] = ordered ? sortedQuantile(ordered, bounds[1]) : null;
      }
      return found;
    }
    found.predicted = clip(place.lp);
    const law = lawOf(place);
    if (law === null) {
      for (const level of Object.keys(INTERVALS)) found[`lower_${level}`] = found[`upper_${level}`] = null;
      return found;
    }
    for (const [level, bounds] of Object.entries(INTERVALS)) {
      found[`lower_${level}`] = law.quantile(bounds[0]);
      found[`upper_${level}`] = law.quantile(bounds[1]);
    }
    for (const event of events) {
      found[`chance_${event.name}`] = chance(event, place, known, law);
    }
    return found;
  }

  function refitPredictions(place) {
    if (!refits.length) return null;
    const byRow = place.rows.map((row) => refitted(row));
    return refits.map((_, i) => mean(byRow.map((row) => (binary ? toRisk(row[i]) : row[i]))));
  }

  // --- may this patient be predicted --------------------------------------------------------

  const shown = (value) => String(Number(value.toPrecision(6)));

  function rangeText(spec) {
    if (spec.kind === "category") return spec.levels.join(", ");
    if (spec.hard === undefined) return spec.unit;
    const [low, high] = spec.hard;
    const unit = spec.unit.replace(`${shown(low)}-${shown(high)}`, "").trim();
    return inUnit(`${shown(low)} to ${shown(high)}`, unit);
  }

  // `in_unit` and `measured` of hiprisk.wording.quantities.
  const RANKS = ["grade", "level", "stage", "class"];
  const SCALE = /\s*\(?\b(-?\d+)\s*-\s*(\d+)\)?$/;

  function inUnit(amount, word) {
    return RANKS.includes(word) ? `${word} ${amount}` : `${amount} ${word}`.trim();
  }

  function measured(typed, unit) {
    const scale = unit.match(SCALE), word = unit.replace(SCALE, "");
    const counted = Number(typed) === 1 && /^[a-z]{2,}s$/i.test(word);
    const said = inUnit(typed, counted ? word.slice(0, -1) : word);
    return scale ? `${said} (${scale[1]} to ${scale[2]})` : said;
  }

  const RULES = {
    OUT_OF_RANGE: (spec) => `must lie in ${rangeText(spec)}`,
    NOT_A_NUMBER: () => "must be a number, with a decimal point",
    NOT_FINITE: () => "must be a number below 1e300",
    NOT_AN_INTEGER: () => "must be a whole number",
    UNKNOWN_CATEGORY: (spec) => `must be one of ${spec.levels.join(", ")}`,
  };

  // One given value: {value} in the sheet's terms, {} where not known, or {code, rule}.
  function read(spec, given) {
    const refusal = (code) => ({ code, rule: RULES[code](spec) });
    const one = spec.kind === "category" ? readLevel(given, spec.levels) : readNumber(given);
    // A site that the model does not know counts as missing.
    if (one.code === "UNKNOWN_CATEGORY" && spec.name === siteVariable) return { flag: "NEW_SITE" };
    if (one.code) return refusal(one.code);
    const { value } = one;
    if (value === undefined || spec.kind === "category") return one;
    if (spec.hard !== undefined && (value < spec.hard[0] || value > spec.hard[1])) {
      return refusal("OUT_OF_RANGE");
    }
    if (spec.integer && value !== Math.floor(value)) return refusal("NOT_AN_INTEGER");
    return { value };
  }

  function flagOf(spec, value) {
    const training = spec.training || {};
    if (spec.kind === "category") {
      const shares = training.level_shares || [];
      return shares.length && shares[spec.levels.indexOf(value)] === 0 ? "NOT_IN_TRAINING" : null;
    }
    const outside = (low, high) => value < low || value > high;
    const known = training.low !== undefined && training.high !== undefined;
    if (known && outside(training.low, training.high)) return "EXTRAPOLATION";
    return spec.soft !== undefined && outside(...spec.soft) ? "UNUSUAL" : null;
  }

  function usable(given) {
    const values = {}, refused = [], flags = [];
    let imputedWeight = 0;
    for (const spec of sheet.variables) {
      const one = read(spec, given[spec.name]);
      if (one.code) refused.push({ code: one.code, variable: spec.name, rule: one.rule });
      else if (one.value === undefined) {
        if (one.flag) flags.push(`${one.flag}(${spec.name})`);
        else imputedWeight += spec.weight;
      }
      else {
        values[spec.name] = one.value;
        const flag = flagOf(spec, one.value);
        if (flag) flags.push(`${flag}(${spec.name})`);
      }
    }
    const angles = sheet.variables.filter((s) => s.unit === "deg" && s.kind === "number" && values[s.name] !== undefined);
    const largest = Math.max(0, ...angles.map((s) => Math.abs(values[s.name])));
    if (angles.length >= 3 && largest > 0 && largest < 3.2) {
      refused.push({ code: "UNIT_SUSPECT", variable: angles[0].name,
        rule: "is in degrees: all angles given are below 3.2, as radians are" });
    }
    if (imputedWeight > sheet.max_imputed_weight) {
      refused.push({ code: "TOO_MANY_MISSING", variable: null,
        rule: "too little is known for a prediction" });
    }
    if (sheet.provenance === "simulated") flags.push("SIMULATED_MODEL");
    if (sheet.invented) flags.push("INVENTED_MODEL");
    return { values, refused, flags };
  }

  // --- the typical patient and the reference patient ----------------------------------------

  function meansOf(spec) {
    const found = new Map();
    sheet.columns.forEach((column, i) => {
      if (column.variable === spec.name) found.set(column.level, center[i]);
    });
    return found;
  }

  function levelChances(spec, means) {
    const known = new Map();
    for (const level of spec.levels) {
      if (means.has(level)) known.set(level, Math.min(Math.max(means.get(level), 0), 1));
    }
    let total = sum([...known.values()]);
    if (total > 1) {
      for (const [level, value] of known) known.set(level, value / total);
      total = 1;
    }
    const others = spec.levels.length - known.size;
    const rest = others ? (1 - total) / others : 0;
    return spec.levels.map((level) => (known.has(level) ? known.get(level) : rest));
  }

  function typicalValue(spec) {
    const training = spec.training || {};
    if (spec.kind === "number") {
      if (training.median !== undefined) return training.median;
      const means = meansOf(spec);
      return means.size ? [...means.values()][0] : 0;
    }
    let shares = training.level_shares || [];
    if (shares.length !== spec.levels.length) shares = levelChances(spec, meansOf(spec));
    return spec.levels[shares.indexOf(Math.max(...shares))];
  }

  // A paper may print coefficients only: then nobody is typical, and nothing is imputed.
  const knowsPeople = sheet.max_imputed_weight > 0;
  let typical = null, reference = null, referencePlace = null;
  if (knowsPeople) {
    const evaluated = (patient) => {
      const columns = numericColumns(patient), place = locate(columns);
      return { place, found: { patient, ...numbers(columns, place) } };
    };
    typical = evaluated(Object.fromEntries(sheet.variables.map((spec) => [spec.name, typicalValue(spec)]))).found;
    // Who that is depends on the study's exposure, which the sheet does not name.
    const compared = evaluated(comparison.patient);
    reference = { words: comparison.words, ...compared.found };
    referencePlace = compared.place;
  }

  return {
    sheet, outcome, events, binary, toRisk, heldBy, linearPredictor, insideForLogOdds, ordinal, trees, specs, refits, center, coefficients,
    numericColumns, condition, locate, lawOf, functions, numbers, refitPredictions, clip,
    read, usable, flagOf, rangeText, measured, shown, levelChances, siteVariable,
    typical, reference, referencePlace, knowsPeople,
  };
}
