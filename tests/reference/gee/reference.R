# The expected numbers of case.toml: R 4.2.2. Estimating equations and the covariance of Mancl & DeRouen (2001) written
# out in base R, with the moment estimate of the exchangeable correlation; package geepack 1.3.9 beside it, whose
# estimates differ in the last digits because it estimates the correlation by another equation.
# Run in this folder: Rscript reference.R
library(geepack)
options(digits = 12)
d <- read.csv("data.csv")

fit <- function(y, X, id, family, exchangeable) {
  n <- length(y); p <- ncol(X); groups <- split(seq_len(n), id); alpha <- 0
  b <- coef(glm(y ~ X - 1, family = family))
  for (iteration in 1:200) {
    eta <- drop(X %*% b); mu <- family$linkinv(eta); sd <- sqrt(family$variance(mu)); r <- (y - mu) / sd
    phi <- sum(r^2) / (n - p)
    if (exchangeable) {
      products <- sum(sapply(groups, function(g) (sum(r[g])^2 - sum(r[g]^2)) / 2))
      pairs <- sum(sapply(groups, function(g) length(g) * (length(g) - 1) / 2))
      alpha <- products / phi / (pairs - p)
    }
    bread <- 0; score <- 0; parts <- list()
    for (g in groups) {
      m <- length(g)
      V <- phi * diag(sd[g], m) %*% ((1 - alpha) * diag(m) + alpha) %*% diag(sd[g], m)
      D <- X[g, , drop = FALSE] * family$mu.eta(eta[g])
      bread <- bread + t(D) %*% solve(V, D); score <- score + t(D) %*% solve(V, y[g] - mu[g])
      parts[[length(parts) + 1]] <- list(D = D, V = V, e = y[g] - mu[g])
    }
    b <- b + drop(solve(bread, score))
    if (max(abs(solve(bread, score))) < 1e-14) break
  }
  inverse <- solve(bread); meat <- 0
  for (part in parts) {
    H <- part$D %*% inverse %*% t(part$D) %*% solve(part$V)
    u <- t(part$D) %*% solve(part$V, solve(diag(nrow(H)) - H, part$e))
    meat <- meat + u %*% t(u)
  }
  cat("  estimate:", b, "\n  standard_error:", sqrt(diag(inverse %*% meat %*% inverse)), "\n  correlation:", alpha, " scale:", phi, "\n")
}
X <- cbind(1, d$treated, d$course)
for (exchangeable in c(FALSE, TRUE)) {
  cat(if (exchangeable) "exchangeable" else "independence", "\n")
  cat(" binary\n"); fit(d$responded, X, d$person, binomial(), exchangeable)
  cat(" gaussian\n"); fit(d$fall, X, d$person, gaussian(), exchangeable)
  cat(" poisson\n"); fit(d$events, X, d$person, poisson(), exchangeable)
}
print(coef(summary(geeglm(responded ~ treated + course, binomial, d, id = person, corstr = "exchangeable"))))
print(coef(summary(geeglm(fall ~ treated + course, gaussian, d, id = person, corstr = "exchangeable"))))
print(coef(summary(geeglm(events ~ treated + course, poisson, d, id = person, corstr = "exchangeable"))))
