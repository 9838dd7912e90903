# statistics
import math as _math


class StatisticsError(ValueError):
    __module__ = "statistics"


def fmean(data):
    data = list(data)
    if not data:
        raise StatisticsError("fmean requires at least one data point")
    return _math.fsum(data) / len(data)


def mean(data):
    data = list(data)
    if not data:
        raise StatisticsError("mean requires at least one data point")
    total = sum(data)
    if isinstance(total, int) and total % len(data) == 0:
        return total // len(data)
    return _math.fsum(data) / len(data)


def median(data):
    data = sorted(data)
    n = len(data)
    if n == 0:
        raise StatisticsError("no median for empty data")
    return data[n // 2] if n % 2 else (data[n // 2 - 1] + data[n // 2]) / 2


def variance(data, xbar=None):
    data = list(data)
    if len(data) < 2:
        raise StatisticsError("variance requires at least two data points")
    m = fmean(data) if xbar is None else xbar
    return _math.fsum((x - m) ** 2 for x in data) / (len(data) - 1)


def pvariance(data, mu=None):
    data = list(data)
    m = fmean(data) if mu is None else mu
    return _math.fsum((x - m) ** 2 for x in data) / len(data)


def stdev(data, xbar=None):
    return _math.sqrt(variance(data, xbar))


def pstdev(data, mu=None):
    return _math.sqrt(pvariance(data, mu))


def mode(data):
    counts = {}
    for x in data:
        counts[x] = counts.get(x, 0) + 1
    if not counts:
        raise StatisticsError("no mode for empty data")
    return max(counts, key=counts.get)
