# The expected numbers of case.toml: R 4.2.2; estimates by package brglm2 0.9, the profile by brute force in base R.
# Run in this folder: Rscript reference.R
library(brglm2)
options(digits = 12)
d <- read.csv("data.csv")
fit <- glm(responded ~ aura + prior + baseline, binomial, d, method = "brglmFit", type = "AS_mean", epsilon = 1e-13, maxit = 1000)
cat("estimate:", coef(fit), "\n")
cat("standard_error:", sqrt(diag(vcov(fit))), "\n")

X <- model.matrix(fit)
penalised <- function(b) {
  p <- plogis(drop(X %*% b))
  sum(dbinom(d$responded, 1, p, log = TRUE)) + 0.5 * determinant(crossprod(X, X * p * (1 - p)))$modulus[1]
}
highest <- penalised(coef(fit))
cat("penalised_log_likelihood:", highest, "\n")
profile_at <- function(j, value) {
  free <- coef(fit)[-j] + vcov(fit)[-j, j] / vcov(fit)[j, j] * (value - coef(fit)[j])
  others <- function(o) { b <- numeric(4); b[j] <- value; b[-j] <- o; f <- -penalised(b); if (is.finite(f)) f else 1e10 }
  for (k in 1:5) free <- optim(free, others, method = "BFGS", control = list(reltol = 1e-15, maxit = 5000, parscale = c(1, 1, 1)))$par
  -others(free)
}
se <- sqrt(diag(vcov(fit)))
for (j in 1:4) {
  fall <- function(value) 2 * (highest - profile_at(j, value)) - qchisq(0.95, 1)
  b <- coef(fit)[j]
  lower <- uniroot(fall, c(b - 8 * se[j], b), tol = 1e-10)$root
  upper <- uniroot(fall, c(b, b + 8 * se[j]), tol = 1e-10)$root
  ratio <- 2 * (highest - profile_at(j, 0))
  cat(names(coef(fit))[j], lower, upper, ratio, pchisq(ratio, 1, lower.tail = FALSE), "\n")
}
