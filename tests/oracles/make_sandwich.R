# Frozen figures for cluster-robust and HC3 covariances and for marginal effects.
# Rscript make_sandwich.R (in tests/oracles): writes sandwich_small.csv and sandwich_small.json.
suppressMessages({library(sandwich); library(clubSandwich); library(jsonlite)})
set.seed(20261125)
persons <- 46
hips <- rep(1:2, length.out = persons)
person <- rep(seq_len(persons), hips)
own <- rnorm(persons)[person]
site <- (person - 1) %% 7 + 1
exposed <- rbinom(length(person), 1, plogis(0.3 * own))
age <- round(rnorm(length(person), 68, 8), 1)
score <- round(30 + 6 * exposed + 0.3 * (age - 68) + 5 * own + rnorm(length(person), 0, 4 + 4 * exposed), 1)
event <- rbinom(length(person), 1, plogis(-0.6 + 0.9 * exposed + 0.05 * (age - 68) + 0.5 * own))
d <- data.frame(person, site, exposed, age, score, event)

lin <- lm(score ~ exposed + age, d)
bin <- glm(event ~ exposed + age, binomial, d, control = glm.control(epsilon = 1e-14, maxit = 50))
by_hand <- function(fit, cluster) {  # CR1 written out, against vcovCL
  x <- model.matrix(fit); n <- nrow(x); k <- ncol(x)
  w <- if (inherits(fit, "glm")) fitted(fit) * (1 - fitted(fit)) else rep(1, n)
  e <- if (inherits(fit, "glm")) fit$y - fitted(fit) else residuals(fit)
  bread <- solve(t(x) %*% (x * w)); s <- rowsum(x * e, cluster); g <- nrow(s)
  g / (g - 1) * (n - 1) / (n - k) * bread %*% t(s) %*% s %*% bread
}
cr1 <- function(fit, cluster) {
  theirs <- vcovCL(fit, cluster = cluster, type = "HC1", cadjust = TRUE)
  stopifnot(max(abs(theirs - by_hand(fit, cluster))) < 1e-8 * max(abs(theirs)))
  theirs
}
# clubSandwich's CR1S has the same factor
stopifnot(max(abs(as.matrix(vcovCR(lin, d$person, type = "CR1S")) - cr1(lin, d$person))) < 1e-10)

# Marginal effects by stacked estimating equations: (beta, p1, p0), slopes by central differences.
stacked <- function(fit, cluster, factor) {
  x <- model.matrix(fit); n <- nrow(x); y <- fit$y
  x1 <- x; x1[, "exposed"] <- 1; x0 <- x; x0[, "exposed"] <- 0
  psi <- function(t) {
    b <- t[1:3]
    cbind(x * as.vector(y - plogis(x %*% b)), plogis(x1 %*% b) - t[4], plogis(x0 %*% b) - t[5])
  }
  b <- coef(fit)
  t0 <- c(b, mean(plogis(x1 %*% b)), mean(plogis(x0 %*% b)))
  h <- 1e-5
  a <- sapply(1:5, function(j) {
    up <- t0; up[j] <- up[j] + h; down <- t0; down[j] <- down[j] - h
    (colSums(psi(up)) - colSums(psi(down))) / (2 * h)
  })
  # The small-sample factor belongs to the regression's own scores.
  scores <- psi(t0); scores[, 1:3] <- scores[, 1:3] * sqrt(factor)
  s <- rowsum(scores, cluster)
  v <- solve(a) %*% t(s) %*% s %*% t(solve(a))
  rd <- c(0, 0, 0, 1, -1); rr <- c(0, 0, 0, 1 / t0[4], -1 / t0[5])
  list(risk_exposed = t0[[4]], risk_unexposed = t0[[5]],
       risk_difference = t0[[4]] - t0[[5]], se_risk_difference = sqrt(drop(t(rd) %*% v %*% rd)),
       log_risk_ratio = log(t0[[4]] / t0[[5]]), se_log_risk_ratio = sqrt(drop(t(rr) %*% v %*% rr)))
}
n <- nrow(d); factor <- persons / (persons - 1) * (n - 1) / (n - 3)
out <- list(
  source = paste0("R ", getRversion(), ", sandwich ", packageVersion("sandwich"), ", clubSandwich ",
                  packageVersion("clubSandwich"), "; script make_sandwich.R; 2026-11-25"),
  linear = list(coefficients = unname(coef(lin)), HC3 = unname(vcovHC(lin, type = "HC3")),
                CR1_person = unname(cr1(lin, d$person)), CR1_site = unname(cr1(lin, d$site)),
                model = unname(vcov(lin))),
  logistic = list(coefficients = unname(coef(bin)), HC3 = unname(vcovHC(bin, type = "HC3")),
                  CR1_person = unname(cr1(bin, d$person)), model = unname(vcov(bin)),
                  marginal = stacked(bin, d$person, factor)))
con <- file("sandwich_small.csv", "w")
writeLines(paste0("# made by make_sandwich.R (R ", getRversion(), ", seed 20261125, 2026-11-25): no person in it exists"), con)
write.csv(d, con, row.names = FALSE, quote = FALSE); close(con)
write_json(out, "sandwich_small.json", digits = NA, auto_unbox = TRUE, pretty = TRUE)
