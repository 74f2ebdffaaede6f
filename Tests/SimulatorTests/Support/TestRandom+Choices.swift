extension TestRandom {
  /// Uniform in 0 ..< `bound`.
  mutating func below(_ bound: Int) -> Int {
    Int(bits().multipliedFullWidth(by: UInt64(bound)).high)
  }

  mutating func oneOf<T>(_ values: [T]) -> T { values[below(values.count)] }

  mutating func chance(_ p: Double) -> Bool { uniform() < p }

  /// A value one time in `n`.
  mutating func rarely<T>(_ n: Int, _ value: (inout TestRandom) -> T) -> T? {
    below(n) == 0 ? value(&self) : nil
  }
}
