/// Elementary functions from IEEE + − × ÷ √ only, so that a draw has the same bits on every
/// machine and with every C library. Errors are below 1 ulp for exp and log.
package enum ExactMath {
  private static let squareRootOf2 = 1.414213562373095

  /// Natural logarithm of a finite x > 0 (the reduction and coefficients of fdlibm's e_log.c).
  @inline(__always)
  package static func log(_ x: Double) -> Double {
    let isSubnormal = x < .leastNormalMagnitude
    return log(normal: isSubnormal ? x * 0x1p54 : x, scale: isSubnormal ? -54 : 0)
  }

  /// Natural logarithm of x·2^scale, for x ≥ 2^-1022.
  @inline(__always)
  private static func log(normal x: Double, scale: Double = 0) -> Double {
    let mantissa = x.bitPattern & 0xF_FFFF_FFFF_FFFF | (1.0).bitPattern
    // Half of the draws lie above √2: a jump there would be mispredicted as often.
    let isAbove: UInt64 = Double(bitPattern: mantissa) > squareRootOf2 ? 1 : 0
    // A whole number in the last bits of 2^52 makes it that much larger.
    let raised = Double(bitPattern: (0x1p52).bitPattern | (x.bitPattern &>> 52 &+ isAbove))
    let exponent = raised - (0x1p52 + 1_023) + scale
    let f = Double(bitPattern: mantissa &- isAbove &<< 52) - 1
    let s = f / (2 + f)
    let z = s * s
    let w = z * z
    let even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332))
    let odd =
      z
      * (0.6666666666666735130
        + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591)))
    let half = 0.5 * f * f
    return exponent * 6.93147180369123816490e-01
      - ((half - (s * (half + (even + odd)) + exponent * 1.90821492927058770002e-10)) - f)
  }

  /// e to the x, for |x| < 700 (fdlibm's e_exp.c); saturates beyond.
  @inline(__always)
  package static func exp(_ x: Double) -> Double {
    var bounded = x > -700 ? x : -700
    bounded = bounded < 700 ? bounded : 700
    let k = nearest(bounded * 1.44269504088896338700)
    let high = bounded - k * 6.93147180369123816490e-01
    let low = k * 1.90821492927058770002e-10
    let r = high - low
    let t = r * r
    let c =
      r
      - t
      * (1.66666666666666019037e-01
        + t
        * (-2.77777777770155933842e-03
          + t
          * (6.61375632143793436117e-05
            + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))))
    let y = 1 - ((low - (r * c) / (2 - c)) - high)
    // The last bits of k + shift are those of k.
    return y * Double(bitPattern: ((k + shift).bitPattern &+ 1_023) &<< 52)
  }

  /// The whole number at or below 0 ≤ x < 2^51, without asking whether x is one of these.
  @inline(__always)
  package static func floor(_ x: Double) -> Int {
    assert(0 <= x && x < 0x1p51)
    let raised = x + 0x1p52
    let nearest = Int(truncatingIfNeeded: raised.bitPattern &- (0x1p52).bitPattern)
    return nearest &- (raised - 0x1p52 > x ? 1 : 0)
  }

  /// 1.5 × 2^52: a small number that is added to it is rounded to a whole one.
  private static let shift = 0x1.8p52

  /// The nearest whole number of a small x, halves away from zero: plain arithmetic, so that loops
  /// over it work on several numbers at a time.
  @inline(__always)
  private static func nearest(_ x: Double) -> Double {
    let even = (x + shift) - shift
    let half = Double(bitPattern: x.bitPattern & (-0.0).bitPattern | (0.5).bitPattern)
    return even + (x - even == half ? 2 * half : 0)
  }

  /// The standard normal quantile of 0 < p < 1, to about 16 digits (Wichura, Algorithm AS 241,
  /// PPND16, Applied Statistics 37, 1988).
  package static func normalQuantile(_ p: Double) -> Double {
    let q = p - 0.5
    if q.magnitude <= 0.425 { return q * ratio(0.180625 - q * q, center.0, center.1) }
    let root = (-log(p < 0.5 ? p : 1 - p)).squareRoot()
    let tail =
      root <= 5 ? ratio(root - 1.6, near.0, near.1) : ratio(root - 5, far.0, far.1)
    return p < 0.5 ? -tail : tail
  }

  package typealias Eight = (Double, Double, Double, Double, Double, Double, Double, Double)

  @inline(__always)
  private static func ratio(_ r: Double, _ a: Eight, _ b: Eight) -> Double {
    polynomial(r, a) / polynomial(r, b)
  }

  @inline(__always)
  private static func polynomial(_ r: Double, _ c: Eight) -> Double {
    ((((((c.7 * r + c.6) * r + c.5) * r + c.4) * r + c.3) * r + c.2) * r + c.1) * r + c.0
  }

  private static let center: (Eight, Eight) = (
    (
      3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
      1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
      3.3430575583588128105e+4, 2.5090809287301226727e+3
    ),
    (
      1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
      2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
      5.2264952788528545610e+3
    )
  )
  private static let near: (Eight, Eight) = (
    (
      1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
      3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4
    ),
    (
      1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
      1.05075007164441684324e-9
    )
  )
  private static let far: (Eight, Eight) = (
    (
      6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7
    ),
    (
      1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15
    )
  )
}
