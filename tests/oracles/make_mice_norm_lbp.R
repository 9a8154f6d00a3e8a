# Pooled estimates after mice(method = "norm"): numeric columns of psfmi_lbp_orig, and a small simulated file.
# Rscript make_mice_norm_lbp.R PATH/psfmi_lbp_orig.csv   (in tests/oracles; the data stay where they are)
suppressMessages(library(mice))
stamp <- function(what) sprintf("# %s; R %s, mice %s; script make_mice_norm_lbp.R; 2026-11-25",
                                what, getRversion(), packageVersion("mice"))
imputed <- function(data, m, seed) {
  mice(data, m = m, maxit = 10, method = "norm", seed = seed, printFlag = FALSE)
}
pooled <- function(imp, formula, fit) {
  fits <- lapply(seq_len(imp$m), function(i) fit(formula, complete(imp, i)))
  p <- pool(as.mira(fits)); s <- summary(p)
  data.frame(term = as.character(s$term), estimate = s$estimate, std.error = s$std.error, df = s$df,
             lambda = p$pooled$lambda)
}
logit <- function(f, d) glm(f, binomial, d)
write_out <- function(path, what, parts) {
  con <- file(path, "w"); writeLines(stamp(what), con)
  write.csv(do.call(rbind, parts), con, row.names = FALSE, quote = FALSE); close(con)
}
with_model <- function(name, d) cbind(model = name, d)

args <- commandArgs(TRUE)
if (length(args)) {
  lbp <- read.csv(args[1])[c("Chronic", "Pain", "Tampascale", "Function", "Age", "JobControl", "JobDemands",
                             "SocialSupport", "Duration", "BMI")]
  lin <- Function ~ Pain + Tampascale + Age + JobControl + JobDemands + SocialSupport + Duration + BMI
  bin <- Chronic ~ Pain + Tampascale + Function + Age + JobControl + JobDemands + SocialSupport + Duration + BMI
  imp <- imputed(lbp, 200, 1)
  write_out("mice_norm_lbp.csv", "psfmi_lbp_orig, 10 numeric columns, method norm, m 200, maxit 10, seed 1", list(
    with_model("linear", pooled(imp, lin, lm)), with_model("logistic", pooled(imp, bin, logit))))
}

set.seed(80)
n <- 80
a <- rnorm(n, 40, 15); b <- 0.5 * a + rnorm(n, 0, 12); g <- rnorm(n, 28, 5)
y <- round(0.5 * a + 0.2 * b + 0.6 * g + rnorm(n, 0, 10), 1)
small <- data.frame(a = round(a, 1), b = round(b, 1), g = round(g, 1), y = y)
small$a[runif(n) < plogis(-1.6 + 0.05 * (y - 40))] <- NA   # missing at random: more often where y is high
small$g[runif(n) < plogis(-1.8 - 0.05 * (y - 40))] <- NA
con <- file("mice_norm_small_data.csv", "w"); writeLines(stamp("simulated, seed 80: no person in it exists"), con)
write.csv(small, con, row.names = FALSE, quote = FALSE, na = ""); close(con)
write_out("mice_norm_small.csv", "mice_norm_small_data.csv, method norm, m 400, maxit 10, seed 3",
          list(with_model("linear", pooled(imputed(small, 400, 3), y ~ a + b + g, lm))))
