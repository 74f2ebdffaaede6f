import Analysis
import CostModel
import Scenarios
import Simulator

/// Draws from what a plan's experiments came to what they say.
package struct ExperimentAnalysis {
  private let scenario: Scenario
  /// Where an experiment does not say what it shall be able to see.
  private let power: Double
  private let significance: Double

  package init(scenario: Scenario, standard: Experiment.Detect) {
    guard let power = standard.power, let significance = standard.significance else {
      preconditionFailure("the embedded file states both")
    }
    self.scenario = scenario
    (self.power, self.significance) = (power, significance)
  }

  /// In the scenario's order.
  package func findings(_ result: PlanResult, _ expectation: Expectation) -> [ExperimentFinding] {
    zip(scenario.experiments, zip(result.experiments, expectation.experiments)).map {
      experiment, found in
      finding(experiment, found.0.arms, found.1)
    }
  }

  private func finding(
    _ experiment: Experiment, _ results: [ArmResult], _ expected: [Expectation.Arm]
  ) -> ExperimentFinding {
    let period = scenario.period
    var finding = ExperimentFinding(
      experiment: experiment, arms: [], metric: metric(of: experiment, expected),
      power: experiment.detect.power ?? power,
      significance: experiment.detect.significance ?? significance,
      days: (period.end - period.start).seconds / SimDuration.day.seconds,
      months: Double(period.months.count))
    for (arm, (result, expected)) in zip(experiment.arms, zip(results, expected)) {
      finding.arms.append(ArmFinding(arm: arm, result: result, expected: expected))
    }
    let comparison = ArmComparison(
      confidence: finding.confidence, comparisons: finding.comparisons)
    comparison.describe(&finding.arms)
    comparison.compare(&finding.arms)
    for number in finding.arms.indices.dropFirst() {
      finding.arms[number].need = need(of: number, finding)
    }
    return finding
  }

  private func metric(
    of experiment: Experiment, _ expected: [Expectation.Arm]
  ) -> Experiment.Metric? {
    if let stated = experiment.detect.metric { return stated }
    if expected.contains(where: { $0.conversion != nil }) { return .conversion }
    return expected.contains { $0.satisfaction != nil } ? .satisfaction : nil
  }

  // MARK: Sample size

  /// A difference that takes more is none.
  private static let mostAnswers = 1e15

  private func need(of number: Int, _ finding: ExperimentFinding) -> SampleNeed? {
    let (arm, control) = (finding.arms[number], finding.control)
    guard let metric = finding.metric, control.arm.share > 0, arm.arm.share > 0,
      let rate = control.expected.rate(metric)
    else { return nil }
    let other: Double? =
      switch finding.experiment.detect.size {
      case .points(let points): rate + points
      case .relative(let share): rate * (1 + share)
      case nil: arm.expected.rate(metric)
      }
    let sample = SampleSize(
      significance: finding.significance / Double(finding.comparisons), power: finding.power,
      ratio: arm.arm.share / control.arm.share)
    let effect = designEffect(metric, finding)
    guard let other, let size = sample.control(rate, against: other) else { return nil }
    let answers = (size * sample.ratio * effect).rounded(.up)
    guard answers < Self.mostAnswers else { return nil }
    // Shares of all answers and users: what chance gave to each says nothing of another month.
    let had = finding.arms.reduce(0) { $0 + $1.result.moments(metric).size }
    let users = Double(finding.arms.reduce(0) { $0 + $1.result.users })
    var need = SampleNeed(rate: rate, difference: other - rate, answers: answers)
    guard had > 0 else { return need }
    need.days = answers / (had * arm.arm.share) * finding.days
    need.detectable = sample.smallestDifference(
      above: rate, control: had * control.arm.share / effect)
    if finding.experiment.unit == .user { need.users = (answers / had * users).rounded(.up) }
    return need
  }

  /// Of all variants together, by their answers.
  private func designEffect(_ metric: Experiment.Metric, _ finding: ExperimentFinding) -> Double {
    let estimates = finding.arms.compactMap { arm in
      ProportionEstimate(arm.result.moments(metric))
    }
    let size = estimates.reduce(0) { $0 + $1.size }
    return size > 0 ? estimates.reduce(0) { $0 + $1.size * $1.designEffect } / size : 1
  }
}

/// Intervals of variants and of their differences from the first.
package struct ArmComparison {
  package let confidence: Double
  package let comparisons: Int

  /// Intervals of differences hold together (Bonferroni).
  private var jointConfidence: Double { 1 - (1 - confidence) / Double(comparisons) }

  package func describe(_ arms: inout [ArmFinding]) {
    for number in arms.indices {
      let result = arms[number].result
      arms[number].cost = figure(result.costByCall, per: 1e12)
      arms[number].latency = figure(result.latencyByCall, per: 1e3)
      arms[number].conversion = rate(result.conversionByMessage)
      arms[number].satisfaction = rate(result.satisfactionByRating)
    }
  }

  private func figure(_ moments: ClusterMoments, per unit: Double) -> ArmFinding.Figure? {
    ClusterEstimate(moments).map { estimate in
      let interval = estimate.interval(confidence: confidence)
      return ArmFinding.Figure(
        value: estimate.ratio / unit, low: interval.map { max(0, $0.low / unit) },
        high: interval.map { $0.high / unit })
    }
  }

  private func rate(_ moments: ClusterMoments) -> ArmFinding.Figure? {
    guard let estimate = ProportionEstimate(moments) else {
      return moments.size > 0 ? ArmFinding.Figure(value: moments.total / moments.size) : nil
    }
    let interval = estimate.interval(confidence: confidence)
    return ArmFinding.Figure(value: estimate.rate, low: interval.low, high: interval.high)
  }

  // MARK: Differences

  package func compare(_ arms: inout [ArmFinding]) {
    compare(&arms, \.costDifference) { figures($0.costByCall, $1.costByCall, per: 1e12) }
    compare(&arms, \.latencyDifference) {
      figures($0.latencyByCall, $1.latencyByCall, per: 1e3)
    }
    compare(&arms, \.conversionDifference) {
      rates($0.conversionByMessage, $1.conversionByMessage)
    }
    compare(&arms, \.satisfactionDifference) {
      rates($0.satisfactionByRating, $1.satisfactionByRating)
    }
  }

  /// Every variant with the first, and the p-values corrected together.
  private func compare(
    _ arms: inout [ArmFinding], _ path: WritableKeyPath<ArmFinding, ArmFinding.Difference?>,
    _ difference: (_ arm: ArmResult, _ control: ArmResult) -> ArmFinding.Difference?
  ) {
    for number in arms.indices.dropFirst() {
      arms[number][keyPath: path] = difference(arms[number].result, arms[0].result)
    }
    let adjusted = Holm.adjusted(arms.map { $0[keyPath: path]?.pValue })
    for (number, value) in adjusted.enumerated() {
      if let value { arms[number][keyPath: path]?.adjusted = value }
    }
  }

  private func figures(
    _ arm: ClusterMoments, _ control: ClusterMoments, per unit: Double
  ) -> ArmFinding.Difference? {
    guard let arm = ClusterEstimate(arm), let control = ClusterEstimate(control),
      let difference = ClusterEstimate.Difference(arm, against: control)
    else { return nil }
    let interval = difference.interval(confidence: jointConfidence)
    return ArmFinding.Difference(
      value: difference.value / unit, low: interval.low / unit, high: interval.high / unit,
      pValue: difference.pValue, adjusted: difference.pValue)
  }

  private func rates(
    _ arm: ClusterMoments, _ control: ClusterMoments
  ) -> ArmFinding.Difference? {
    guard let arm = ProportionEstimate(arm), let control = ProportionEstimate(control) else {
      return nil
    }
    let interval = arm.difference(from: control, confidence: jointConfidence)
    let pValue = arm.pValue(against: control)
    return ArmFinding.Difference(
      value: arm.rate - control.rate, low: interval.low, high: interval.high, pValue: pValue,
      adjusted: pValue)
  }
}

extension Expectation.Arm {
  package func rate(_ metric: Experiment.Metric) -> Double? {
    switch metric {
    case .conversion: conversion
    case .satisfaction: satisfaction
    }
  }
}

extension ArmResult {
  fileprivate func moments(_ metric: Experiment.Metric) -> ClusterMoments {
    switch metric {
    case .conversion: conversionByMessage
    case .satisfaction: satisfactionByRating
    }
  }
}
