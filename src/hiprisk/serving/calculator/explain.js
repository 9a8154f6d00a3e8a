// What a prediction rests on: parts that add up, the next measurement, measurement error, likeness.
// The same steps as hiprisk.sheet.explanation.contributions and its neighbours in Python.
"use strict";

const NORMAL_90 = 1.2815515655446004;
const SAME_RISK = 1e-12;
const NORMAL_95 = 1.959963984540054;
const ROOT = Math.sqrt(10);
const NODES = [
  -Math.sqrt(5 + ROOT), -Math.sqrt(5 - ROOT), 0, Math.sqrt(5 - ROOT), Math.sqrt(5 + ROOT),
];
const OUTER = (7 - 2 * ROOT) / 60, INNER = (7 + 2 * ROOT) / 60;
const WEIGHTS = [OUTER, INNER, 8 / 15, INNER, OUTER];

function makeExplainer(engine, exposure) {
  const {
    sheet, outcome, events, binary, toRisk, heldBy, linearPredictor, insideForLogOdds, ordinal, trees, specs, refits, center, coefficients,
    numericColumns, condition, locate, lawOf, functions, numbers, refitPredictions, clip,
    usable, levelChances, typical, reference: comparison, referencePlace, knowsPeople,
  } = engine;

  // --- what moved the prediction ------------------------------------------------------------

  function predictorGroups() {
    const roots = new Map(sheet.columns.map((c) => [c.name, new Set([c.variable])]));
    const labels = new Map();
    for (const item of sheet.derived) {
      const operands = item.of.filter((o) => typeof o === "string");
      roots.set(item.name, new Set(operands.flatMap((name) => [...roots.get(name)])));
      if (item.label) labels.set(item.name, [item.label]);
    }
    // A derived column without words is said by the variables that it is made of.
    const labelsOf = (column) => labels.get(column)
      || sheet.variables.filter((s) => roots.get(column).has(s.name)).map((s) => s.label);
    const reads = trees ? sheet.model.inputs : sheet.model.terms.map((term) => term.column);
    const used = [...new Set(reads)];
    const joined = new Map();
    for (const column of used) {
      const together = new Set();
      for (const name of roots.get(column)) {
        together.add(name);
        for (const other of joined.get(name) || []) together.add(other);
      }
      for (const name of together) joined.set(name, together);
    }
    const members = new Set(sheet.variables.map((s) => joined.get(s.name)).filter(Boolean));
    return [...members].map((set) => {
      const columns = used.filter((column) => {
        const own = [...roots.get(column)];
        return own.length && own.every((name) => set.has(name));
      });
      return {
        variables: sheet.variables.map((s) => s.name).filter((name) => set.has(name)),
        columns,
        label: [...new Set(columns.flatMap(labelsOf))].join(" and "),
      };
    });
  }

  const groups = predictorGroups();
  const groupOf = new Map(groups.flatMap((group, i) => group.columns.map((c) => [c, i])));
  const placeOf = (column) => (groupOf.has(column) ? groupOf.get(column) : -1);

  function combinations(n, k) {
    let found = 1;
    for (let i = 1; i <= k; i += 1) found = (found * (n - k + i)) / i;
    return Math.round(found);
  }

  const shapleyWeight = (before, after) =>
    1 / ((before + after + 1) * combinations(before + after, before));

  function addTreeShares(tree, patient, reference, owners, shares) {
    const stack = [[0, new Set(), new Set()]];
    while (stack.length) {
      const [node, here, there] = stack.pop();
      const feature = tree.feature[node];
      if (feature < 0) {
        const value = tree.value[node];
        for (const group of here) shares[group] += value * shapleyWeight(here.size - 1, there.size);
        for (const group of there) shares[group] -= value * shapleyWeight(here.size, there.size - 1);
        continue;
      }
      const group = owners[feature], threshold = tree.threshold[node];
      const own = patient[feature] <= threshold ? tree.left[node] : tree.right[node];
      const other = reference[feature] <= threshold ? tree.left[node] : tree.right[node];
      if (own === other || here.has(group)) stack.push([own, here, there]);
      else if (there.has(group)) stack.push([other, here, there]);
      else {
        stack.push([other, here, new Set([...there, group])]);
        stack.push([own, new Set([...here, group]), there]);
      }
    }
  }

  // The log odds between reference and patient for each unit of the risk that trees hold.
  function slopeOfTrees(row, reference) {
    const start = heldBy(reference), end = heldBy(row);
    if (Math.abs(end - start) > SAME_RISK) {
      return (linearPredictor(row) - linearPredictor(reference)) / (end - start);
    }
    const risk = insideForLogOdds(start);
    return sheet.model.recalibration[1] / (risk * (1 - risk));
  }

  function contributionValues({ rows, laws }) {
    const reference = referencePlace.rows[0];
    const parts = groups.map(() => 0);
    if (!trees) {
      const base = functions(reference), own = rows.map(functions);
      // In an ordinal model: times the average slope of the mean on the way from the reference.
      const slopes = ordinal
        ? laws.map((law) => ordinal.averageSlope(referencePlace.laws[0].predictor, law.predictor))
        : rows.map(() => 1);
      const owners = sheet.model.terms.flatMap((t) => t.coefficients.map(() => placeOf(t.column)));
      coefficients.forEach((coefficient, i) => {
        const moved = mean(own.map((values, d) => slopes[d] * (values[i] - base[i])));
        if (owners[i] >= 0) parts[owners[i]] += coefficient * moved;
      });
      return parts;
    }
    const inputs = sheet.model.inputs, owners = inputs.map(placeOf);
    const other = inputs.map((name) => reference.get(name));
    for (const row of rows) {
      const mine = inputs.map((name) => row.get(name)), drawn = parts.map(() => 0);
      const shares = sheet.model.recalibration === undefined ? parts : drawn;
      for (const tree of sheet.model.trees) addTreeShares(tree, mine, other, owners, shares);
      if (shares === drawn) {
        const slope = slopeOfTrees(row, reference);
        drawn.forEach((share, i) => { parts[i] += slope * share; });
      }
    }
    const divisor = rows.length * (sheet.model.divisor ?? 1);
    return parts.map((part) => part / divisor);
  }

  function contributions(place, lacking) {
    const values = contributionValues(place);
    const held = (lp) => (binary ? 0 : clip(lp) - lp);
    return {
      scale: binary && sheet.model.link !== "identity" ? "log odds" : outcome.unit,
      reference: referencePlace.lp,
      total: place.lp,
      held_at_bounds: held(place.lp) - held(referencePlace.lp),
      parts: groups.map((group, i) => ({
        label: group.label,
        variables: group.variables,
        not_known: group.variables.filter((name) => lacking.includes(name)),
        value: values[i],
      })),
    };
  }

  // --- what was not known, and what to measure next -----------------------------------------

  function width80(lp, variance) {
    if (sheet.distribution === undefined) {
      const reach = NORMAL_90 * Math.sqrt(variance), prediction = binary ? toRisk : clip;
      return prediction(lp + reach) - prediction(lp - reach);
    }
    return lawWidth80(lawOf({ lp, variance }));
  }

  function lawWidth80(law) {
    const [low, high] = INTERVALS["80"];
    return law.quantile(high) - law.quantile(low);
  }

  // Of an ordinal model: what is to be expected were everything known, at most what it is now.
  function widths80(place) {
    if (!ordinal) return [width80(place.lp, place.variance), width80(place.lp, 0)];
    const now = lawWidth80(lawOf(place));
    return [now, Math.min(now, mean(place.laws.map(lawWidth80)))];
  }

  function possibleValues(spec, group) {
    const means = new Map(group.lacking.map((place, i) => [place, group.means[i]]));
    const own = sheet.columns.map((c, i) => i).filter((i) => sheet.columns[i].variable === spec.name);
    if (spec.kind === "number") {
      const sd = Math.sqrt(group.variances[group.lacking.indexOf(own[0])]);
      const [low, high] = spec.hard === undefined ? [-Infinity, Infinity] : spec.hard;
      const values = NODES.map((node) => Math.min(Math.max(means.get(own[0]) + node * sd, low), high));
      return { rows: values.map((value) => [[own[0], value]]), chances: WEIGHTS };
    }
    const byLevel = new Map(own.map((place) => [sheet.columns[place].level, means.get(place)]));
    return {
      rows: spec.levels.map((level) =>
        own.map((place) => [place, sheet.columns[place].level === level ? 1 : 0])),
      chances: levelChances(spec, byLevel),
    };
  }

  function placesOf(known, option) {
    return option.rows.map((row) => {
      const columns = known.slice();
      for (const [place, value] of row) columns[place] = value;
      return locate(columns);
    });
  }

  const expectedOver = (option, values) => sum(values.map((value, i) => option.chances[i] * value));

  function shareOf(option, tried) {
    const weighted = (values) => expectedOver(option, values);
    const middle = weighted(tried.map((place) => place.lp));
    const moved = weighted(tried.map((place) => (place.lp - middle) ** 2));
    const left = weighted(tried.map((place) => place.variance));
    return moved > 0 ? moved / (moved + left) : 0;
  }

  function nextMeasurements(known, place, lacking) {
    if (!lacking.length) return [];
    const group = condition(known);
    const covariance = inverse(group.inner);
    group.variances = covariance.map((row, i) => row[i]);
    const [now] = widths80(place);
    return lacking.map((name) => {
      const option = possibleValues(specs.get(name), group), tried = placesOf(known, option);
      const share = shareOf(option, tried);
      const after = ordinal
        ? Math.min(now, expectedOver(option, tried.map((one) => lawWidth80(lawOf(one)))))
        : width80(place.lp, place.variance * (1 - share));
      return { variable: name, share, width_80_after: after, narrows_80_by: now - after };
    }).sort((a, b) => b.share - a.share);
  }

  // --- measurement error --------------------------------------------------------------------

  const plainError = (error) => ({
    instrument: error.instrument, low: error.low, high: error.high, source: error.source,
    minimal_detectable_change: error.minimal_detectable_change ?? null,
    assumed: Boolean(error.assumed),
  });

  const predictedFrom = (place) => (binary ? mean(place.draws.map(toRisk)) : clip(place.lp));

  function measurementRanges(values) {
    const found = new Map();
    for (const spec of sheet.variables) {
      if (spec.measurement === undefined || values[spec.name] === undefined) continue;
      const [low, high] = spec.hard === undefined ? [-Infinity, Infinity] : spec.hard;
      const moves = [spec.measurement.low, spec.measurement.high].map((error) => {
        const [down, up] = [-1, 1].map((sign) => {
          const value = Math.min(Math.max(values[spec.name] + sign * error, low), high);
          return predictedFrom(locate(numericColumns({ ...values, [spec.name]: value })));
        });
        return Math.abs(up - down) / 2;
      });
      const { instrument } = spec.measurement;
      if (!found.has(instrument)) found.set(instrument, []);
      found.get(instrument).push({ variable: spec.name, moves_low: moves[0], moves_high: moves[1],
        ...plainError(spec.measurement) });
    }
    const together = (items, key) => Math.sqrt(sum(items.map((item) => item[key] ** 2)));
    return [...found].map(([instrument, variables]) => ({
      instrument, variables,
      moves_low: together(variables, "moves_low"), moves_high: together(variables, "moves_high"),
    }));
  }

  // --- similarity to the development cohort, and precision of the mean -----------------------

  function distance(known) {
    const here = known.map((_, i) => i).filter((i) => !Number.isNaN(known[i]));
    if (!here.length || !knowsPeople) return null;
    const factor = cholesky(submatrix(sheet.missing.covariance, here));
    const whitened = solveLower(factor, here.map((i) => known[i] - center[i]));
    const squared = sum(whitened.map((value) => value * value));
    const tail = chiSquaredTail(squared, here.length);
    const likeness = tail < 0.01 ? "unlike" : tail < 0.05 ? "less_usual" : "alike";
    return { squared, n_columns: here.length, tail, likeness };
  }

  function refitSpread(place, predicted) {
    if (refits.length < 2) return null;
    const raw = refitPredictions(place);
    const ordered = (binary ? raw : raw.map(clip)).sort((a, b) => a - b);
    return {
      n_refits: ordered.length,
      standard_deviation: Math.sqrt(sampleVariance(ordered, mean(ordered))),
      low: sortedQuantile(ordered, 0.025),
      high: sortedQuantile(ordered, 0.975),
      mean_absolute_difference: mean(ordered.map((value) => Math.abs(value - predicted))),
    };
  }

  function effectiveSampleSize(place, risk) {
    const scale = binary ? risk * (1 - risk) : 1;
    let ofMean = null;
    if (refits.length >= 2) {
      const raw = refitPredictions(place);
      ofMean = sampleVariance(raw, mean(raw));
    } else if (!trees && sheet.model.covariance !== undefined) {
      const rows = place.rows.map((row, i) => (ordinal
        ? ordinal.gradient(place.laws[i].predictor, functions(row)) : [1, ...functions(row)]));
      const vector = rows[0].map((_, i) => mean(rows.map((row) => row[i])));
      ofMean = sum(vector.map((a, i) => a * sum(vector.map((b, j) => b * sheet.model.covariance[i][j]))));
      if (binary) ofMean *= scale ** 2;
    }
    const ofOutcome = binary ? scale
      : ordinal ? mean(place.laws.map((law) => law.variance()))
      : sheet.residual_sd === undefined ? null : sheet.residual_sd ** 2;
    return ofMean === null || ofOutcome === null || ofMean <= 0 ? null : ofOutcome / ofMean;
  }

  // --- at each level of the exposure --------------------------------------------------------

  // Known values that contradict a level: those of its absence elsewhere, and others there.
  function changesAt(level, values) {
    const atReference = level === exposure.reference;
    return Object.fromEntries(Object.entries(exposure.companions)
      .filter(([name, absent]) => values[name] !== undefined && (values[name] === absent) !== atReference)
      .map(([name, absent]) => [name, atReference ? absent : null]));
  }

  // Of a patient who is refused, null by each of the names.
  function numbersOf(given, names) {
    const { values, refused } = usable(given);
    if (!refused.length) {
      const known = numericColumns(values), place = locate(known), found = numbers(known, place);
      if (isFinite(place, found)) return found;
    }
    return Object.fromEntries(names.map((name) => [name, null]));
  }

  function predictionsByExposure(given, values, names) {
    if (exposure === undefined) return null;
    const { reference: first, variable } = exposure, own = values[variable] ?? null;
    const main = binary ? "risk" : "predicted";
    const levels = [first, ...specs.get(variable).levels.filter((level) => level !== first)].map((level) => {
      const changed = level === own ? {} : changesAt(level, values);
      return { level, changed, ...numbersOf({ ...given, ...changed, [variable]: level }, names) };
    });
    const difference = (one) => (one[main] === null || levels[0][main] === null ? null : one[main] - levels[0][main]);
    return { variable, reference: first, given: own, levels: levels.map((one) => ({ ...one, difference: difference(one) })) };
  }

  // --- sites --------------------------------------------------------------------------------

  /** How sites differ, and where a risk at the mean site lies in 95 % of them. */
  function ofSites(risk) {
    const { sites } = sheet;
    if (!binary || sites.variable !== undefined || !(risk > 0 && risk < 1)) return sites;
    const lp = Math.log(risk / (1 - risk)), reach = NORMAL_95 * Math.sqrt(sites.variance);
    return { ...sites, plausible_range_95: [expit(lp - reach), expit(lp + reach)] };
  }

  // --- all of it ----------------------------------------------------------------------------

  function isFinite(place, found) {
    const chances = events.map((event) => found[`chance_${event.name}`]);
    return [place.lp, place.variance, binary ? found.risk : found.predicted, ...chances]
      .every((value) => value === undefined || Number.isFinite(value));
  }

  function explain(given) {
    const { values, refused, flags } = usable(given);
    if (refused.length) return { refused };
    const known = numericColumns(values);
    const place = locate(known);
    const found = numbers(known, place);
    const predicted = binary ? found.risk : found.predicted;
    if (!isFinite(place, found)) {
      return { refused: [{ code: "OVERFLOW", variable: null, rule: "a value is so large that the model's numbers run out" }] };
    }
    const lacking = sheet.variables.map((spec) => spec.name).filter((name) =>
      !flags.includes(`NEW_SITE(${name})`) && sheet.columns.some((c, i) => c.variable === name && Number.isNaN(known[i])));
    return {
      ...found,
      imputed: lacking,
      flags,
      ...(sheet.sites === undefined ? {} : { sites: ofSites(predicted) }),
      explanation: {
        typical,
        reference: comparison,
        contributions: knowsPeople ? contributions(place, lacking) : null,
        not_known: {
          variables: lacking,
          imputation_variance: place.variance,
          width_80: widths80(place)[0],
          width_80_if_known: widths80(place)[1],
        },
        next_measurements: knowsPeople ? nextMeasurements(known, place, lacking) : null,
        measurement_ranges: measurementRanges(values),
        score_error: outcome.measurement === undefined ? null : plainError(outcome.measurement),
        distance: distance(known),
        effective_sample_size: effectiveSampleSize(place, predicted),
        refits: refitSpread(place, predicted),
        predictions_by_exposure: predictionsByExposure(given, values, Object.keys(found)),
      },
    };
  }

  return explain;
}
