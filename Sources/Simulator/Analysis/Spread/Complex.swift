import Foundation

/// A complex number, as characteristic functions need them.
struct Complex: Hashable, Sendable {
  var real: Double
  var imaginary: Double

  static let zero = Complex(real: 0, imaginary: 0)
  static let one = Complex(real: 1, imaginary: 0)

  static func + (a: Complex, b: Complex) -> Complex {
    Complex(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
  }

  static func - (a: Complex, b: Complex) -> Complex {
    Complex(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
  }

  static func * (a: Complex, b: Complex) -> Complex {
    Complex(
      real: a.real * b.real - a.imaginary * b.imaginary,
      imaginary: a.real * b.imaginary + a.imaginary * b.real)
  }

  static func += (a: inout Complex, b: Complex) { a = a + b }

  func scaled(by f: Double) -> Complex { Complex(real: f * real, imaginary: f * imaginary) }

  /// e^{iθ}.
  static func turn(_ angle: Double) -> Complex {
    Complex(real: cos(angle), imaginary: sin(angle))
  }

  var exponential: Complex { Complex.turn(imaginary).scaled(by: exp(real)) }

  /// The logarithm whose imaginary part lies nearest to `angle`.
  func logarithm(near angle: Double) -> Complex {
    let principal = atan2(imaginary, real)
    let turns = ((angle - principal) / (2 * Double.pi)).rounded()
    return Complex(real: 0.5 * log(squaredSize), imaginary: principal + 2 * Double.pi * turns)
  }

  var squaredSize: Double { real * real + imaginary * imaginary }
}
