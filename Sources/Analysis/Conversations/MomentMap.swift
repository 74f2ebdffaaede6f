import Scenarios

/// What a random affine change does to second moments: of x ↦ A x + ξ with A one of several matrices, each
/// with its chance, and ξ independent noise, E[x xᵀ] ↦ Σ p A E[x xᵀ] Aᵀ + E[ξ ξᵀ]. The first coordinate
/// of x is 1.
struct MomentMap: Sendable {
  /// Coordinates of x.
  static let size = 5
  /// Pairs i ≤ j, row by row.
  static let pairs: [(Int, Int)] = (0..<size).flatMap { i in (i..<size).map { (i, $0) } }
  private static let places: [[Int]] = {
    var places = Array(repeating: Array(repeating: 0, count: size), count: size)
    for (place, (i, j)) in pairs.enumerated() { (places[i][j], places[j][i]) = (place, place) }
    return places
  }()

  typealias Matrix = [[Double]]
  typealias Moments = [Double]

  private(set) var rows: Matrix

  private init(rows: Matrix) { self.rows = rows }

  static let identity = MomentMap(
    rows: pairs.indices.map { row in pairs.indices.map { $0 == row ? 1 : 0 } })

  /// - Parameter noise: variances and covariances, by place.
  init(_ branches: [(chance: Double, matrix: Matrix)], noise: [(Int, Int, Double)] = []) {
    let count = Self.pairs.count
    rows = Array(repeating: Array(repeating: 0.0, count: count), count: count)
    for (chance, a) in branches where chance > 0 {
      for (row, (i, j)) in Self.pairs.enumerated() {
        for k in 0..<Self.size where a[i][k] != 0 {
          for l in 0..<Self.size where a[j][l] != 0 {
            rows[row][Self.places[k][l]] += chance * a[i][k] * a[j][l]
          }
        }
      }
    }
    for (i, j, covariance) in noise { rows[Self.places[i][j]][0] += covariance }
  }

  /// The place of E[x_i x_j].
  static func place(_ i: Int, _ j: Int) -> Int { places[i][j] }

  /// Of a point.
  static func point(_ x: [Double]) -> Moments { pairs.map { x[$0.0] * x[$0.1] } }

  func apply(_ moments: Moments) -> Moments {
    rows.map { row in zip(row, moments).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  /// First the other one, then this.
  func after(_ other: MomentMap) -> MomentMap {
    let count = Self.pairs.count
    var result = Array(repeating: Array(repeating: 0.0, count: count), count: count)
    for i in 0..<count {
      for k in 0..<count where rows[i][k] != 0 {
        for j in 0..<count { result[i][j] += rows[i][k] * other.rows[k][j] }
      }
    }
    return MomentMap(rows: result)
  }

  /// Σ P(K = k) of this k times over.
  func repeated(_ law: CountLaw) -> MomentMap {
    if let q = law.continuation { return solved(q) }
    var (sum, power) = (MomentMap.zero, MomentMap.identity)
    for chance in law.all(upTo: ConversationSpec.mostTurns) {
      sum.add(power, times: chance)
      power = after(power)
    }
    return sum
  }

  private static let zero = MomentMap(
    rows: pairs.map { _ in Array(repeating: 0, count: pairs.count) })

  private mutating func add(_ other: MomentMap, times factor: Double) {
    guard factor > 0 else { return }
    for i in rows.indices {
      for j in rows.indices { rows[i][j] += factor * other.rows[i][j] }
    }
  }

  /// (1 − q)(1 − q·this)⁻¹, by elimination.
  private func solved(_ q: Double) -> MomentMap {
    let count = Self.pairs.count
    var left = (0..<count).map { i in (0..<count).map { (i == $0 ? 1 : 0) - q * rows[i][$0] } }
    var right = MomentMap.identity.rows.map { $0.map { (1 - q) * $0 } }
    for column in 0..<count {
      let pivot = (column..<count).max { left[$0][column].magnitude < left[$1][column].magnitude }
      if let pivot, pivot != column {
        left.swapAt(pivot, column)
        right.swapAt(pivot, column)
      }
      let scale = left[column][column]
      for j in 0..<count {
        left[column][j] /= scale
        right[column][j] /= scale
      }
      for i in 0..<count where i != column && left[i][column] != 0 {
        let factor = left[i][column]
        for j in 0..<count {
          left[i][j] -= factor * left[column][j]
          right[i][j] -= factor * right[column][j]
        }
      }
    }
    return MomentMap(rows: right)
  }
}
