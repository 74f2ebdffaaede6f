import CostModel
import Foundation
import Testing

@testable import Simulator

/// Calibrating a log that the simulator wrote returns the scenario's parameters, and simulating
/// those returns the log's totals. Seeds are fixed; each bound is five or more standard errors of
/// its estimate (false alarm: 6·10⁻⁷ at most).
@Suite struct RoundTripTests {
  /// Office hours, two workloads (one bursty), users that differ, tokens that depend on the model.
  private static let busy = """
    period: {start: 2025-11-03, days: 28}
    seed: 11
    plans: [150]
    catalog: catalog.yaml
    breaker: none
    policy:
      rules:
        - {name: hard, when: {task: hard}, model: large}
        - {name: rest, mix: {small: 80%, large: 20%}}
    models:
      small: {latency: 200ms..400ms, failure_rate: 5%}
      large: {latency: 1s}
    users: {activity: {cv: 1}}
    workloads:
      chat:
        volume: 80
        traffic:
          hours: [0,0,0,0,0,0,0,1,2,4,4,4,2,2,4,4,4,2,1,1,1,0,0,0]
          weekdays: [1, 1, 1, 1, 1, 0.4, 0.4]
        input: {mean: 800, cv: 1.5, cap: 8000}
        output: 100..300
        mix:
          - {share: 75%, task: easy}
          - {share: 25%, task: hard, input: {mean: 3000, cv: 0.5}}
      jobs:
        volume: 60
        traffic: {arrivals: {gamma: {cv: 2}}}
        input: {histogram: {50: 3, 100..200: 1}}
        output: 40
    """

  @Test func parametersComeBack() throws {
    let trip = try CalibratedLog(Self.busy)
    let users = Double(trip.fit.users)
    #expect(trip.fit.period.form == .days(count: 28) && trip.fit.period.start.day == 3)
    // Nearly every user calls: the mean of 140 is that of a lognormal of cv 1.
    #expect((145...150).contains(trip.fit.users))
    let chat = try #require(trip.workload("chat"))
    let jobs = try #require(trip.workload("jobs"))
    #expect(abs(chat.volume.likely * users - Double(chat.calls)) < 1e-6)
    #expect(chat.calls + jobs.calls == Int64(trip.log.records.count))
    // σ = √ln 2 = 0.83 has standard error σ/√(2·150) = 0.048, the cv 1.67 times that: 0.08.
    let cv = try #require(trip.fit.activity.cv)
    #expect(abs(cv - 1) < 0.4)
    #expect(chat.burst.cv == nil)
    // c² has variance (2c⁴ + 2c⁶)/gaps: c = 2 with 6,000 gaps is known to 0.041.
    let burst = try #require(jobs.burst.cv)
    #expect(jobs.burst.gaps > 6_000 && abs(burst - 2) < 0.21)
    let easy = try #require(chat.kinds.first { $0.attributes[.task] == "easy" })
    let error = (0.75 * 0.25 / Double(chat.calls)).squareRoot()
    let share = chat.kinds.filter { $0.attributes[.task] == "easy" }.reduce(0) {
      $0 + $1.share.likely
    }
    #expect(abs(share - 0.75) < 5 * error)
    #expect(easy.input?.lognormal != nil)
    let small = trip.fit.models[0]
    let rate = Double(small.failed) / Double(small.judged)
    #expect(abs(rate - 0.05) < 5 * (0.05 * 0.95 / Double(small.judged)).squareRoot())
  }

  @Test func theProfileComesBack() throws {
    let trip = try CalibratedLog(Self.busy)
    let profile = try #require(trip.workload("chat")).profile
    #expect(profile.hours.count == 24 && profile.weekdays.count == 7 && !profile.isFlat)
    let known: [Double] = [
      0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 4, 4, 2, 2, 4, 4, 4, 2, 1, 1, 1, 0, 0, 0,
    ]
    let calls = Double(profile.calls)
    for hour in 0..<24 {
      let expected = known[hour] / known.reduce(0, +)
      let found = profile.profile.hours[hour] / profile.profile.hours.reduce(0, +)
      #expect(abs(found - expected) <= 5.5 * (expected / calls).squareRoot(), "hour \(hour)")
    }
    let week = profile.profile.weekdays
    for day in 0..<7 {
      let expected = (day < 5 ? 1 : 0.4) / 5.8
      #expect(
        abs(week[day] / week.reduce(0, +) - expected) <= 5.5 * (expected / calls).squareRoot(),
        "weekday \(day)")
    }
  }

  @Test func theFittedScenarioGivesTheLogsTotals() throws {
    let trip = try CalibratedLog(Self.busy)
    let log = BilledTotals(trip.log.records)
    let again = BilledTotals(try LoggedRun(trip.fitted).records)
    // Both workloads share the users' weights; the gaps' cv² of 4 bounds the rest.
    let cv = try #require(trip.fit.activity.cv)
    let relative = (cv * cv / Double(trip.fit.users) + 4 / log.calls).squareRoot()
    #expect(abs(again.calls - log.calls) < 5 * relative * log.calls)
    for index in 0..<3 {
      let error = (log.variance(index) * (1 / log.calls + 1 / again.calls)).squareRoot()
      // A kind's share of the calls also varies with the bursts: again cv² of 4.
      #expect(
        abs(again.mean(index) - log.mean(index)) < 5 * 2 * error, "\(BilledTotals.names[index])")
      #expect(
        abs(again.sum(index) - log.sum(index)) < 5 * (relative + 2 * error / log.mean(index))
          * log.sum(index), "\(BilledTotals.names[index])")
    }
  }

  /// Even users, flat Poisson traffic over a whole month, a pool of prompts for each user. Prompts
  /// are drawn where a cache asks for them; this one forgets at once.
  private static let plain = """
    period: 2025-11
    seed: 12
    plans: [40]
    catalog: catalog.yaml
    policy: {rules: [{name: all, model: small}]}
    models: {small: {latency: 1s}}
    cache: {mode: keyed, default: {ttl: 1us}}
    workloads:
      ask:
        volume: 300
        input: 500
        output: 20
        prompts: {pool: 80, zipf: 1.1}
    """

  @Test func plainTrafficStaysPlain() throws {
    let trip = try CalibratedLog(Self.plain)
    let ask = try #require(trip.workload("ask"))
    #expect(trip.fit.period.form == .months(count: 1) && ask.factor == 1)
    #expect(trip.fit.activity.cv == nil && ask.burst.cv == nil && ask.profile.isFlat)
    #expect(trip.fitted.workloads[0].stages[0].calls[0].mix[0].input == .fixed(500))
    #expect(trip.fit.rules.count == 1 && trip.fit.rules[0].condition == nil)
    // In twenty seeds the size had a standard deviation below 1.5 and the exponent below 0.015.
    guard
      case .pool(let size, let exponent, perUser: true) =
        trip.fitted.workloads[0].stages[0].calls[0].mix[0].prompts
    else {
      Issue.record("no pool of each user's own")
      return
    }
    #expect(abs(Double(size) - 80) < 8 && abs(exponent - 1.1) < 0.08)
  }

  @Test func twoModelsOfOneSizeBecomeWeights() throws {
    let trip = try CalibratedLog(
      Self.plain.replacing("model: small}]", with: "mix: {small: 70%, large: 30%}}]")
        .replacing("small: {latency", with: "default: {latency"))
    #expect(trip.fit.modelAttribute == nil)
    let models = try #require(trip.fit.rules.last).models
    let error = (0.7 * 0.3 / Double(trip.log.records.count)).squareRoot()
    #expect(models.count == 2 && abs(models[0].share - 0.7) < 5 * error)
  }
}
