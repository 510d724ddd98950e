# The expected numbers of case.toml: R 4.2.2 with packages MASS 7.3-58.2 (polr) and ordinal 2022.11-16 (clm).
# Run in this folder: Rscript reference.R
library(MASS)
library(ordinal)
options(digits = 12)
d <- read.csv("data.csv")
seen <- sort(unique(d$rating))
d$category <- factor(d$rating, ordered = TRUE)
polr_fit <- polr(category ~ treated + baseline, d, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
clm_fit <- clm(category ~ treated + baseline, data = d, control = clm.control(gradTol = 1e-12, maxIter = 200))
cat("polr:", coef(polr_fit), polr_fit$zeta, logLik(polr_fit), "\n")
cat("polr_standard_error:", sqrt(diag(vcov(polr_fit))), "\n")
cat("clm_thresholds:", clm_fit$alpha, "\n")
cat("clm_slopes:", clm_fit$beta, "\n")
cat("clm_standard_error:", sqrt(diag(vcov(clm_fit))), "\n")
cat("clm_log_likelihood:", clm_fit$logLik, "\n")

# Shares and mean of two patterns, with standard errors by the delta method on numeric derivatives.
theta <- c(clm_fit$alpha, clm_fit$beta); k <- length(clm_fit$alpha)
shares <- function(theta, x) diff(c(0, plogis(theta[1:k] - sum(x * theta[-(1:k)])), 1))
gradient <- function(f) sapply(seq_along(theta), function(j) { h <- 1e-5; e <- replace(numeric(length(theta)), j, h)
  (8 * (f(theta + e) - f(theta - e)) - (f(theta + 2 * e) - f(theta - 2 * e))) / (12 * h) })
V <- vcov(clm_fit)
for (x in list(c(0, 7), c(1, 7))) {
  cat("pattern", x, "\n")
  cat(" shares:", shares(theta, x), "\n")
  cat(" share_standard_error:", sapply(seq_along(seen), function(j) { g <- gradient(function(t) shares(t, x)[j]); sqrt(drop(g %*% V %*% g)) }), "\n")
  g <- gradient(function(t) sum(seen * shares(t, x)))
  cat(" mean:", sum(seen * shares(theta, x)), " standard_error:", sqrt(drop(g %*% V %*% g)), "\n")
}
g <- gradient(function(t) sum(seen * (shares(t, c(1, 7)) - shares(t, c(0, 7)))))
cat("difference:", sum(seen * (shares(theta, c(1, 7)) - shares(theta, c(0, 7)))), sqrt(drop(g %*% V %*% g)), "\n")

# Score test of proportionality: an intercept and slopes for each threshold, at the proportional fit; numeric slope of the
# log-likelihood, expected information summed over rows and ratings from numeric slopes of the shares.
score_test <- function(fit, category) {
  m <- length(fit$alpha); X <- cbind(1, d$treated, d$baseline)
  start <- c(t(cbind(fit$alpha, -fit$beta[1], -fit$beta[2])))
  below <- function(t) cbind(0, plogis(X %*% matrix(t, 3)), 1)
  all_shares <- function(t) { b <- below(t); b[, -1] - b[, -ncol(b)] }
  turns <- lapply(seq_along(start), function(j) { h <- c(1e-3, 1e-3, 1e-4)[(j - 1) %% 3 + 1]; e <- replace(numeric(length(start)), j, h)
    (8 * (all_shares(start + e) - all_shares(start - e)) - (all_shares(start + 2 * e) - all_shares(start - 2 * e))) / (12 * h) })
  s <- all_shares(start); given <- cbind(seq_len(nrow(d)), category)
  slope <- sapply(turns, function(g) sum(g[given] / s[given]))
  information <- sapply(turns, function(g) sapply(turns, function(h) sum(g * h / s)))
  statistic <- drop(slope %*% solve(information, slope))
  cat("score_test:", statistic, 2 * (m - 1), pchisq(statistic, 2 * (m - 1), lower.tail = FALSE), "\n")
}
score_test(clm_fit, as.integer(d$category))
d$group <- cut(d$rating, c(-1, 2, 4, 7, 10), labels = FALSE)
score_test(clm(factor(group, ordered = TRUE) ~ treated + baseline, data = d, control = clm.control(gradTol = 1e-12, maxIter = 200)), d$group)
