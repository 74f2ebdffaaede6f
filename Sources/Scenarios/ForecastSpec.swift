import CostModel
import Support

/// What a scenario says of the months to come.
package struct ForecastSpec: Sendable {
  /// How the number of users goes on from the first month's.
  package enum Growth: Hashable, Sendable {
    /// A fraction a month.
    case rate(Double)
    /// Users of each month, the last one's for all that follow.
    case list([Int])
    /// Logistic growth towards `ceiling`, half of which is reached in month `halfBy` (from 1).
    case sCurve(ceiling: Int, halfBy: Double)

    /// What is wrong with it if so many users begin and it goes on for so many months, in words; nil
    /// if nothing is.
    package func problem(startingAt users: Int, months: Int) -> String? {
      switch self {
      case .list: return nil
      case .sCurve(let ceiling, _):
        guard ceiling <= 2 * users else { return nil }
        return
          "the S-curve starts at \(users) users, expected a ceiling of more than twice that, not "
          + "\(ceiling)"
      case .rate(let rate):
        let limit = UserReader.maximumUsers
        let month = Self.firstMonth(of: rate, from: users, months) {
          $0.rounded() > Double(limit)
        }
        guard let month else { return nil }
        return
          "from \(InputLog.grouped(Int64(users))) users on it passes \(InputLog.grouped(limit)), "
          + "the most that a plan may have, in month \(month) of \(months): expected slower "
          + "growth, fewer months, or an S-curve with a ceiling"
      }
    }

    /// The first month, from 1, in which so many users as growth leaves would be no whole one: one is
    /// kept. nil: there is none.
    package func firstMonthKept(startingAt users: Int, months: Int) -> Int? {
      guard case .rate(let rate) = self else { return nil }
      return Self.firstMonth(of: rate, from: users, months) { $0.rounded() < 1 }
    }

    private static func firstMonth(
      of rate: Double, from first: Int, _ months: Int, where isIt: (Double) -> Bool
    ) -> Int? {
      var users = Double(first)
      for month in 1...max(1, months) {
        if isIt(users) { return month }
        users *= 1 + rate
      }
      return nil
    }
  }

  package var months = 12
  /// Of the first month; nil: the first plan's.
  package var users: Int?
  package var growth = Growth.rate(0)
  /// Where it is stated.
  package var growthPlace: Place?
  /// Of each month, the last one's for all that follow; empty: the scenario's.
  package var budgets: [MoneySum] = []
  /// Paid ahead, for all months together.
  package var prepaid: MoneySum?

  package init(
    months: Int = 12, users: Int? = nil, growth: Growth = Growth.rate(0), growthPlace: Place? = nil,
    budgets: [MoneySum] = [], prepaid: MoneySum? = nil
  ) {
    self.months = months
    self.users = users
    self.growth = growth
    self.growthPlace = growthPlace
    self.budgets = budgets
    self.prepaid = prepaid
  }

  /// Users of each month.
  package func users(of scenario: Scenario) -> [Int] {
    growth.users(from: first(of: scenario), months: months)
  }

  /// Users of the first month.
  private func first(of scenario: Scenario) -> Int { users ?? scenario.plans[0].users }

  /// What is wrong with it in that scenario; nil if nothing is.
  package func problem(of scenario: Scenario) -> Diagnostic? {
    guard let problem = growth.problem(startingAt: first(of: scenario), months: months) else {
      return nil
    }
    return growthPlace.map { Diagnostic($0, problem) }
      ?? Diagnostic(file: scenario.name, message: problem)
  }

  /// The first month, from 1, in which one user is kept though growth leaves none; nil: none is.
  package func firstMonthKept(of scenario: Scenario) -> Int? {
    growth.firstMonthKept(startingAt: first(of: scenario), months: months)
  }
}

extension ForecastSpec.Growth {
  /// Users of each of so many months, at least one each; `first` is the first month's.
  package func users(from first: Int, months: Int) -> [Int] {
    switch self {
    case .rate(let rate):
      var users = Double(first)
      return (0..<months).map { month in
        if month > 0 { users *= 1 + rate }
        return Self.whole(users)
      }
    case .list(let list):
      return (0..<months).map { $0 < list.count ? list[$0] : list.last ?? first }
    case .sCurve(let ceiling, let halfBy):
      // u(m) = ceiling / (1 + (ceiling/first − 1)·e^(−k·m)), with k such that u = ceiling/2 at
      // m = halfBy − 1.
      let start = Double(ceiling) / Double(first) - 1
      let slope = ExactMath.log(start) / (halfBy - 1)
      return (0..<months).map {
        Self.whole(Double(ceiling) / (1 + start * ExactMath.exp(-slope * Double($0))))
      }
    }
  }

  private static func whole(_ users: Double) -> Int {
    Int(max(1, min(users.rounded(), Double(UserReader.maximumUsers))))
  }
}
