import Foundation

/// A complex number, as characteristic functions need them.
package struct Complex: Hashable, Sendable {
  package var real: Double
  package var imaginary: Double

  package static let zero = Complex(real: 0, imaginary: 0)
  package static let one = Complex(real: 1, imaginary: 0)

  package static func + (a: Complex, b: Complex) -> Complex {
    Complex(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
  }

  package static func - (a: Complex, b: Complex) -> Complex {
    Complex(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
  }

  package static func * (a: Complex, b: Complex) -> Complex {
    Complex(
      real: a.real * b.real - a.imaginary * b.imaginary,
      imaginary: a.real * b.imaginary + a.imaginary * b.real)
  }

  package static func += (a: inout Complex, b: Complex) { a = a + b }

  package func scaled(by f: Double) -> Complex { Complex(real: f * real, imaginary: f * imaginary) }

  /// e^{iθ}.
  package static func turn(_ angle: Double) -> Complex {
    Complex(real: cos(angle), imaginary: sin(angle))
  }

  package var exponential: Complex { Complex.turn(imaginary).scaled(by: exp(real)) }

  /// The logarithm whose imaginary part lies nearest to `angle`.
  package func logarithm(near angle: Double) -> Complex {
    let principal = atan2(imaginary, real)
    let turns = ((angle - principal) / (2 * Double.pi)).rounded()
    return Complex(real: 0.5 * log(squaredSize), imaginary: principal + 2 * Double.pi * turns)
  }

  package var squaredSize: Double { real * real + imaginary * imaginary }
}
