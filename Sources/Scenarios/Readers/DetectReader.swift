import Support

/// Reads what the sample size of an experiment is computed for.
package struct DetectReader {
  package let log: InputLog

  package init(log: InputLog) {
    self.log = log
  }

  package func read(_ node: YAMLNode) -> Experiment.Detect? {
    guard let fields = Fields(node, as: ScenarioFormat.detect, log: log) else { return nil }
    var detect = Experiment.Detect()
    detect.metric = fields.choice("metric", of: Experiment.Metric.self)
    detect.size =
      positive("points", fields) { log.number($0, in: 0...100) }.map { .points($0 / 100) }
      ?? positive("relative", fields, log.share).map { .relative($0) }
    if fields.has("points"), let place = fields["relative"]?.place {
      log.add(place, "'points' and 'relative' exclude each other")
    }
    detect.power = inside("power", fields)
    detect.significance = inside("significance", fields)
    return detect
  }

  private func positive(
    _ key: String, _ fields: Fields, _ value: (YAMLNode) -> Double?
  ) -> Double? {
    guard let node = fields[key], let value = value(node) else { return nil }
    if value > 0 { return value }
    log.add(node.place, "expected a difference above 0")
    return nil
  }

  /// A probability that is neither 0 nor 1.
  private func inside(_ key: String, _ fields: Fields) -> Double? {
    guard let node = fields[key], let value = log.share(node) else { return nil }
    if value > 0, value < 1 { return value }
    log.add(node.place, "expected more than 0% and less than 100%")
    return nil
  }
}
