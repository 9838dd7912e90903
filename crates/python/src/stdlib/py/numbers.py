# numbers: for annotations
Number = (int, float, complex)
Complex = (int, float, complex)
Real = (int, float)
Rational = (int,)
Integral = (int,)
