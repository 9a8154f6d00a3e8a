# Frozen figures of R rms for the resampling tests (never run by the tests).
#
#   Rscript make_rms_632.R SHARED OUT      SHARED: the folder of data beside the project
#
# predab.resample draws sample(n, replace = TRUE) once a replicate and nothing else, so the same seed
# gives the same rows: set.seed(s), then B draws. For method ".632" likewise.
suppressPackageStartupMessages(library(rms))
options(digits = 15)
args <- commandArgs(trailingOnly = TRUE)
shared <- args[1]
out <- args[2]

draws <- function(seed, b, n) {
  set.seed(seed)
  t(sapply(seq_len(b), function(i) sample(n, replace = TRUE)))
}
head_of <- function(what) {
  c(
    sprintf("# package: R rms %s (R %s)", packageVersion("rms"), getRversion()),
    paste("# script: make_rms_632.R;", what), paste("# date:", format(Sys.Date()))
  )
}
save <- function(table, name, what) {
  path <- file.path(out, name)
  writeLines(head_of(what), path)
  suppressWarnings(write.table(table, path, append = TRUE, sep = ",", row.names = FALSE, quote = FALSE))
}
tables <- function(fit, seed, b, name, what) {
  for (method in c("boot", ".632")) {
    set.seed(seed)
    v <- unclass(validate(fit, B = b, method = method))[, 1:5]
    v <- data.frame(index = rownames(v), v, method = sub(".", "", method, fixed = TRUE))
    both <- if (method == "boot") v else rbind(both, v)
  }
  save(both, name, what)
}

# A small study that the project may carry: 60 people, 3 predictors, 20 resamples.
set.seed(20261125)
n <- 60
d <- data.frame(x1 = round(rnorm(n), 3), x2 = round(rnorm(n), 3), x3 = rbinom(n, 1, 0.4))
d$y <- round(10 + 3 * d$x1 - 2 * d$x2 + d$x3 + rnorm(n, 0, 4), 2)
d$e <- rbinom(n, 1, plogis(-0.2 + 0.9 * d$x1 - 0.5 * d$x2 + 0.3 * d$x3))
save(d, "rms_small_data.csv", "simulated, seed 20261125")
save(draws(7, 20, n), "rms_small_rows.csv", "rows of the 20 resamples from 1, seed 7")
o <- ols(y ~ x1 + x2 + x3, data = d, x = TRUE, y = TRUE)
l <- lrm(e ~ x1 + x2 + x3, data = d, x = TRUE, y = TRUE)
tables(o, 7, 20, "rms_small_ols.csv", "validate(ols), B = 20, seed 7")
tables(l, 7, 20, "rms_small_lrm.csv", "validate(lrm), B = 20, seed 7")
set.seed(7)
save(unclass(calibrate(l, B = 20))[, 1:8], "rms_small_calibrate.csv", "calibrate(lrm), B = 20, seed 7")

# The .632 tables on the 200 resamples of the bench.
d <- read.csv(file.path(shared, "oracles", "rms_bench.csv"))
f <- paste(setdiff(names(d), c("womac", "poor")), collapse = " + ")
o <- ols(as.formula(paste("womac ~", f)), data = d, x = TRUE, y = TRUE)
l <- lrm(as.formula(paste("poor ~", f)), data = d, x = TRUE, y = TRUE)
tables(o, 1, 200, "rms_bench_ols.csv", "validate(ols), rms_bench.csv, B = 200, seed 1")
tables(l, 1, 200, "rms_bench_lrm.csv", "validate(lrm), rms_bench.csv, B = 200, seed 1")

# Hip fracture (psfmi_hipstudy), development.
d <- read.csv(file.path(shared, "data", "psfmi_hipstudy.csv"))
d$Mobility <- factor(d$Mobility)
l <- lrm(Mortality ~ Gender + Mobility + Age + ASA, data = d, x = TRUE, y = TRUE)
tables(l, 1, 200, "rms_hipstudy.csv", "validate(lrm), psfmi_hipstudy, B = 200, seed 1")
stream <- gzfile(file.path(out, "rms_hipstudy_rows.csv.gz"), "wb")
writeLines(head_of("rows of the 200 resamples from 1, seed 1"), stream)
write.table(draws(1, 200, nrow(d)), stream, sep = ",", row.names = FALSE, col.names = FALSE)
close(stream)
