import CostModel
import Scenarios

/// The bill on a grid of inputs: every combination of the axes' values, for every plan.
package struct Sweep: Sendable {
  /// More points than anybody looks at.
  package static let maximumPoints = 10_000

  package struct Point: Sendable {
    /// The index of its value on each axis.
    package var place: [Int]
    package var plan: PlanSpec
    package var assessment: Assessment
  }

  package var scenario: Scenario
  package var axes: [SweepAxis]
  /// The number of months that are simulated at each point; nil: closed forms.
  package var runs: Int?
  /// The last axis turns fastest, plans within a combination.
  package var points: [Point]

  package init(
    _ assessor: Assessor, scenario: Scenario, axes: [SweepAxis],
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws {
    self.scenario = scenario
    self.axes = axes
    runs = assessor.runs
    let places = axes.reduce([[]]) { places, axis in
      places.flatMap { place in axis.values.indices.map { place + [$0] } }
    }
    let variants = places.map { place in
      var variant = Assessor.Variant(source: "--vary")
      for (axis, index) in zip(axes, place) { axis.add(index, to: &variant) }
      return variant
    }
    let assessed = try assessor.assess(variants, progress: progress)
    points = zip(places, assessed).flatMap { place, plans in
      plans.enumerated().map { index, assessment in
        let plan = scenario.plans.count == plans.count ? scenario.plans[index] : nil
        let users = assessment.users
        return Point(
          place: place,
          plan: plan?.users == users ? plan ?? .of(users) : .of(users),
          assessment: assessment)
      }
    }
  }

  package var hasUsersAxis: Bool { axes.contains { $0.knob?.isUsers == true } }
}

extension PlanSpec {
  /// The plan of so many users, under its usual name.
  package static func of(_ users: Int) -> PlanSpec {
    PlanSpec(name: "users-\(users)", users: users)
  }
}
