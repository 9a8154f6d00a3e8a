# Frozen figures for random intercepts of site.
# Rscript make_site_effects.R (in tests/oracles): writes site_effects.csv and site_effects.json.
suppressMessages({library(lme4); library(jsonlite)})
set.seed(20261127)
sizes <- c(1, 2, 5, 8, 12, 15, 18, 20, 25, 30, 34, 40)
site <- rep(seq_along(sizes), sizes); n <- length(site)
d <- data.frame(site = site, age = round(rnorm(n, 65, 9), 1), pain = round(runif(n, 0, 10)),
                male = rbinom(n, 1, 0.45))
b <- rnorm(length(sizes), 0, 4)
d$score <- round(30 + 0.2 * (d$age - 65) + 2.1 * d$pain - 3 * d$male + b[site] + rnorm(n, 0, 11), 1)
lp <- -2 + 0.03 * (d$age - 65) + 0.3 * d$pain - 0.4 * d$male + 0.16 * b[site]
d$worse <- rbinom(n, 1, plogis(lp))
# A site without any event, and scores that differ between sites by no more than chance.
d$worse[d$site == 3] <- 0
d$flat <- round(30 + 2 * d$pain + rnorm(n, 0, 11), 1)
d$flat <- round(d$flat - ave(d$flat, d$site) + mean(d$flat), 1)
# Risks of another model, for recalibration by site.
d$risk <- round(plogis(-1.4 + 0.25 * d$pain), 4)
write.csv(d, "site_effects.csv", row.names = FALSE)
tight <- lmerControl(optCtrl = list(xtol_rel = 1e-12, xtol_abs = 1e-12, ftol_abs = 1e-14),
                     check.conv.singular = "ignore")
parts <- function(m) {
  v <- as.data.frame(VarCorr(m))
  list(coefficients = unname(fixef(m)), covariance = unname(as.matrix(vcov(m))),
       site_variance = v$vcov[1], residual_variance = if (is(m, "lmerMod")) sigma(m)^2 else NULL,
       intercepts = ranef(m)$site[[1]], log_likelihood = as.numeric(logLik(m)))
}
tightg <- glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5),
                       tolPwrss = 1e-12, check.conv.singular = "ignore")
g <- function(f) glmer(f, data = d, family = binomial, control = tightg)
out <- list(
  source = paste("lme4", packageVersion("lme4"), R.version.string, "make_site_effects.R 2026-11-27"),
  linear = parts(lmer(score ~ age + pain + male + (1 | site), d, control = tight)),
  boundary = parts(lmer(flat ~ age + pain + male + (1 | site), d, control = tight)),
  logistic = parts(g(worse ~ age + pain + male + (1 | site))),
  intercept = parts(g(worse ~ 1 + offset(qlogis(risk)) + (1 | site))),
  slope = parts(g(worse ~ qlogis(risk) + (1 | site))),
  residual = parts(lmer(score - 25 - pain ~ 1 + (1 | site), d, control = tight)))
write_json(out, "site_effects.json", digits = 12, auto_unbox = TRUE, pretty = TRUE)
