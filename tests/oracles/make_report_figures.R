# Makes report_figures.json: what reports show of metrics_small_data.csv, computed by R.
# Run in this folder: Rscript make_report_figures.R
suppressPackageStartupMessages({library(Hmisc); library(jsonlite); library(metafor)})
options(warn = -1)  # prop.test warns of small counts; it gives the score interval all the same
d <- read.csv("metrics_small_data.csv", comment.char = "#")
n <- nrow(d); i <- seq_len(n)

# Grouped observations of calibration plots: Hmisc::cut2 at quantiles, a group of fewer than ten joined to
# the next (the last to the one before); Wilson's and Student's interval.
enough <- function(p, cuts) {
  k <- 2
  while (k < length(cuts)) {
    if (sum(p >= cuts[k - 1] & p < cuts[k]) < 10) cuts <- cuts[-k] else k <- k + 1
  }
  if (length(cuts) > 2 && sum(p >= cuts[length(cuts) - 1]) < 10) cuts <- cuts[-(length(cuts) - 1)]
  cuts
}
grouped <- function(y, p, g, binary) {
  group <- cut2(p, cuts = enough(p, unique(quantile(p, seq(0, 1, length = g + 1)))))
  ends <- sapply(split(y, group), function(v) if (binary) prop.test(sum(v), length(v), correct = FALSE)$conf.int
                 else t.test(v)$conf.int)
  data.frame(n = as.numeric(table(group)), predicted = as.numeric(tapply(p, group, mean)),
             observed = as.numeric(tapply(y, group, mean)), low = ends[1, ], high = ends[2, ],
             row.names = NULL)
}
twice <- c(i, i[d$group < 20])
coarse <- round(d$predicted, -1)  # many equal predictions: seven values
groups <- list(binary = grouped(d$y, d$risk, 7, TRUE), continuous = grouped(d$observed, d$predicted, 7, FALSE),
               weighted = grouped(d$y[twice], d$risk[twice], min(10, length(twice) %/% 10), TRUE),
               coarse = grouped(d$observed, coarse, 7, FALSE))

# Means by tenth of a validation: as many people in each, the first ones one more; people of one prediction
# share their outcome (and weight), so that their order does not matter.
tenths <- function(y, p, w = rep(1, length(y))) {
  m <- length(y); g <- rep(1:10, times = m %/% 10 + (1:10 <= m %% 10)); o <- order(p)
  shared <- (ave(w * y, p) / ave(w, p))[o]; v <- ave(w, p)[o]
  data.frame(predicted = as.numeric(tapply(v * p[o], g, sum) / tapply(v, g, sum)),
             observed = as.numeric(tapply(v * shared, g, sum) / tapply(v, g, sum)))
}
at_a_tenth <- ifelse(d$y == 1, 0.1 / mean(d$y), 0.9 / (1 - mean(d$y)))
by_tenth <- list(continuous = tenths(d$observed, d$predicted), few = tenths(d$observed[1:67], d$predicted[1:67]),
                 coarse = tenths(d$observed, coarse), binary = tenths(d$y, d$risk),
                 prevalence = tenths(d$y, floor(10 * d$risk + 1e-9) / 10, at_a_tenth))

# Characteristics of participants, with and without the event; every ninth age unknown.
age <- ifelse(i %% 9 == 0, NA, d$predicted)
characteristics <- do.call(rbind, lapply(c(0, 1), function(event) {
  v <- age[d$y == event]; own <- describe(v)$counts
  data.frame(event, n_known = as.numeric(own["n"]), n_missing = as.numeric(own["missing"]),
             mean = mean(v, na.rm = TRUE), sd = unname(smean.sd(v)["SD"]),
             q25 = quantile(v, .25, na.rm = TRUE, type = 7), median = quantile(v, .5, na.rm = TRUE, type = 7),
             q75 = quantile(v, .75, na.rm = TRUE, type = 7), row.names = NULL)
}))
stopifnot(all.equal(as.numeric(describe(age[d$y == 0])$counts[c(".25", ".50", ".75")]),
                    unlist(characteristics[1, c("q25", "median", "q75")], use.names = FALSE), tolerance = 1e-2))

# Instability (Riley and Collins 2023, doi:10.1002/bimj.202200302): refits on 25 bootstrap resamples.
lp <- qlogis(d$risk)
frame <- data.frame(y = d$y, lp, x = d$predicted / 10)
fit <- function(rows) predict(glm(y ~ lp + x, binomial, frame[rows, ], epsilon = 1e-14), frame, type = "response")
set.seed(20261128)
refits <- round(t(replicate(25, fit(sample.int(n, replace = TRUE)))), 5)
own <- round(unname(fit(i)), 5)
off <- abs(sweep(refits, 2, own))
nb <- function(p, t) mean((p >= t) & d$y == 1) - mean((p >= t) & d$y == 0) * t / (1 - t)
thresholds <- c(0.3, 0.5, 0.6)
flips <- lapply(thresholds, function(t) sweep(refits >= t, 2, own >= t, "!="))
recalibrated <- function(p, terms) coef(glm(terms, binomial, data.frame(y = d$y, l = qlogis(p)), epsilon = 1e-14))
instability <- list(
  refits = refits, own = own, mape_each = colMeans(off), mape = mean(off),
  low = apply(refits, 2, quantile, 0.025, type = 6), high = apply(refits, 2, quantile, 0.975, type = 6),
  thresholds = thresholds, flip_chance = lapply(flips, colMeans), share_flipped = sapply(flips, mean),
  share_ever_flipped = sapply(flips, function(f) mean(colMeans(f) > 0)),
  net_benefit = sapply(thresholds, function(t) nb(own, t)),
  net_benefit_refits = sapply(thresholds, function(t) apply(refits, 1, nb, t = t)),
  net_benefit_low = sapply(thresholds, function(t) quantile(apply(refits, 1, nb, t = t), 0.025, type = 6)),
  slope = unname(recalibrated(own, y ~ l)[2]),
  slope_ends = quantile(apply(refits, 1, function(p) recalibrated(p, y ~ l)[2]), c(.025, .975), type = 6, names = FALSE),
  in_the_large_ends = quantile(apply(refits, 1, function(p) recalibrated(p, y ~ 1 + offset(l))),
                               c(.025, .975), type = 6, names = FALSE))

# Drift: population stability index by tenths of those without the event; Bonett's interval (metafor).
then <- d$predicted[d$y == 0]; now <- d$predicted[d$y == 1] + 12
edges <- quantile(then, 1:9 / 10, names = FALSE)
share <- function(v) as.numeric(table(cut(v, c(-Inf, edges, Inf)))) / length(v)
p <- share(then); q <- share(now)
moments <- function(v) list(mean = mean(v), sd = sd(v), n = length(v))
# metafor shrinks a difference by Hedges' factor, and its standard error with it: undone here.
hedges <- exp(lgamma((n - 2) / 2) - log(sqrt((n - 2) / 2)) - lgamma((n - 3) / 2))
smd <- escalc("SMDH", m1i = mean(now), sd1i = sd(now), n1i = length(now), m2i = mean(then), sd2i = sd(then),
              n2i = length(then))
drift <- list(then = then, now = now, edges = edges, shares_then = p, shares_now = q,
              psi = sum((pmax(q, 1e-4) - pmax(p, 1e-4)) * log(pmax(q, 1e-4) / pmax(p, 1e-4))),
              chance = qchisq(.95, 9) * (1 / length(then) + 1 / length(now)),
              moments_then = moments(then), moments_now = moments(now),
              smd_of_metafor = as.numeric(smd$yi), hedges = hedges,
              variance = as.numeric(smd$vi) / hedges^2)

# What acting is worth, with the prevalence of another population (sensitivity and specificity kept).
se <- function(t) mean(d$risk[d$y == 1] >= t); sp <- function(t) mean(d$risk[d$y == 0] < t)
at <- function(t, pi) se(t) * pi - (1 - sp(t)) * (1 - pi) * t / (1 - t)
utility <- data.frame(threshold = c(0.2, 0.5, 0.7))
utility$net_benefit <- sapply(utility$threshold, nb, p = d$risk)
utility$standardised <- utility$net_benefit / mean(d$y)
all_treated <- sapply(utility$threshold, nb, p = rep(1, n))
utility$avoided <- 100 * (utility$net_benefit - all_treated) / (utility$threshold / (1 - utility$threshold))
utility$at_prevalence_0.1 <- sapply(utility$threshold, at, pi = 0.1)

write(toJSON(list(
  package = sprintf("R %s, Hmisc %s, metafor %s", getRversion(), packageVersion("Hmisc"), packageVersion("metafor")),
  script = "make_report_figures.R", date = "2026-11-28", grouped = groups, by_tenth = by_tenth, characteristics = characteristics,
  instability = instability, drift = drift, utility = utility), digits = 15, auto_unbox = TRUE), "report_figures.json")
