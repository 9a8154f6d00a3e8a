# Run by against_mice.py: D1, D2 (mice), D3 (mitml; of a logistic model by hand, after Meng and Rubin 1992),
# pooled coefficients with Barnard and Rubin's degrees of freedom, and the adequacy index, beside ours.
suppressMessages({library(mice); library(mitml); library(jsonlite)})
folder <- commandArgs(TRUE)[1]
long <- read.csv(file.path(folder, "people.csv")); spec <- fromJSON(file.path(folder, "ours.json"), simplifyVector = FALSE)
lin <- spec$link == "identity"
parts <- split(long, long$imputation)
n <- nrow(parts[[1]])
fitall <- function(mem) lapply(parts, function(f) { X <- f[, paste0("x", unlist(mem)), drop=FALSE]; X$y <- f$y
  if (lin) lm(y ~ ., X) else glm(y ~ ., binomial, X, control=glm.control(epsilon=1e-14, maxit=50)) })
null <- lapply(parts, function(f) if (lin) lm(y~1,f) else glm(y~1,binomial,f))
base <- fitall(spec$members[[1]])
LR <- function(a) mean(mapply(function(x, z) 2*(as.numeric(logLik(x))-as.numeric(logLik(z))), a, null))
worst <- c()
for (k in seq_along(spec$models)) {
  full <- fitall(spec$members[[k+1]]); m <- spec$models[[k]]
  new <- setdiff(paste0("x",unlist(spec$members[[k+1]])), paste0("x",unlist(spec$members[[1]])))
  A <- as.mira(full); Bm <- as.mira(base)
  r <- list(D1=as.numeric(D1(A,Bm)$result), D2=as.numeric(D2(A,Bm,use="likelihood")$result))
  if (lin) r$D3 <- as.numeric(mitml::testModels(as.mitml.result(A),as.mitml.result(Bm),method="D3")$test)
  for (t in m$tests) if (!is.null(r[[t$method]])) {
    ours <- c(t$statistic,t$df,t$df_denominator,t$p_value); theirs <- r[[t$method]][1:4]
    cat(paste(unlist(m$blocks),collapse="+"), t$method, "ours", format(ours,digits=8), "theirs", format(theirs,digits=8), "\n")
    worst <- c(worst, abs(ours/theirs-1))
  }
  # D3 by hand for the logistic: log-likelihood at the mean coefficients (Meng, Rubin)
  if (!lin) { ll <- function(fits, mem) { b <- rowMeans(sapply(fits, coef)); sapply(parts, function(f) { eta <- as.matrix(cbind(1, f[,paste0("x",unlist(mem))]))%*%b; sum(f$y*eta-log1p(exp(eta))) }) }
    dbar <- mean(mapply(function(a,b) 2*(as.numeric(logLik(a))-as.numeric(logLik(b))), full, base))
    dL <- mean(2*(ll(full,spec$members[[k+1]])-ll(base,spec$members[[1]]))); K <- length(new); M <- length(parts)
    rr <- (M+1)/(K*(M-1))*(dbar-dL); D3 <- dL/(K*(1+rr)); v <- K*(M-1)
    df2 <- if (v>4) 4+(v-4)*(1+(1-2/v)/rr)^2 else v*(1+1/K)*(1+1/rr)^2/2
    for (t in m$tests) if (t$method=="D3") { ours <- c(t$statistic,t$df,t$df_denominator,t$p_value); theirs <- c(D3,K,df2,pf(D3,K,df2,lower=FALSE))
      cat(paste(unlist(m$blocks),collapse="+"),"D3 ours",format(ours,digits=8),"by hand in R",format(theirs,digits=8),"\n"); worst <- c(worst,abs(ours/theirs-1)) } }
  s <- summary(pool(A), conf.int=TRUE); s <- s[match(new, s$term),]
  ours <- t(sapply(m$coefficients, function(e) c(e$value,e$low,e$high))); theirs <- as.matrix(s[,c("estimate","2.5 %","97.5 %")])
  se <- s$std.error
  cat("  coefficients: largest difference in SE", max(abs(ours-theirs)/se), " df (B-R)", format(range(pool(A)$pooled$df[match(new, s$term)]),digits=5), "\n")
  worst <- c(worst, max(abs(ours-theirs)/se))
  sh <- 1-LR(base)/LR(full); cat("  share of new information ours", m$share, "theirs", sh, "\n"); worst <- c(worst, abs(m$share/sh-1))
}
cat("largest relative difference", max(worst, na.rm = TRUE), "\n")
