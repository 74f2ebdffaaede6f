import CostModel
import Support

/// Reads the classifier, and puts its call before those of the workloads that it is asked for.
package struct ClassifierReader {
  package let log: InputLog
  package let models: ModelNames

  package func read(_ node: YAMLNode, into workloads: inout [PlacedWorkload]) -> Classifier? {
    guard let fields = Fields(node, as: ScenarioFormat.classifier, log: log),
      let model = fields["model"].flatMap(models.id),
      let accuracy = fields.share("accuracy")
    else { return nil }
    let names = names(fields, among: workloads)
    for place in workloads.indices where names.contains(workloads[place].workload.name) {
      guard let call = call(fields, model, useCase: workloads[place].workload.useCase) else {
        continue
      }
      put(call, before: &workloads[place])
    }
    return Classifier(model: model, accuracy: accuracy, wrong: wrong(fields))
  }

  private func wrong(_ fields: Fields) -> [Policy.WeightedModel] {
    let wrong = fields.entries("wrong").compactMap { entry -> Policy.WeightedModel? in
      guard let model = models.id(entry.key, at: entry.keyPlace),
        let weight = log.share(entry.value)
      else { return nil }
      return Policy.WeightedModel(model, weight: weight)
    }
    if let node = fields["wrong"], wrong.count == fields.entries("wrong").count {
      log.checkSum(wrong.map(\.weight), of: "the wrong answers", at: node.place)
    }
    return wrong
  }

  /// All workloads of single calls, or those that are listed.
  private func names(_ fields: Fields, among workloads: [PlacedWorkload]) -> Set<String> {
    let single = Set(workloads.map(\.workload).filter(\.isOneCall).map(\.name))
    guard let node = fields["workloads"] else { return single }
    for (name, place) in log.texts(node) where !single.contains(name) {
      if workloads.contains(where: { $0.workload.name == name }) {
        log.add(
          place, "workload '\(name)' is a flow, and a classifier is asked for single calls alone")
      } else {
        log.unknown("workload", name, at: place, among: workloads.map(\.workload.name))
      }
    }
    return single.intersection(log.texts(node).map(\.text))
  }

  private func call(
    _ fields: Fields, _ model: ModelID, useCase: String
  ) -> (StageCall, [PlacedVariant])? {
    let empty = YAMLNode(content: .mapping([]), place: fields.place)
    guard
      var (call, placed) = CallReader(log: log, useCase: useCase)
        .call(fields["call"] ?? empty, defaults: [])
    else { return nil }
    func mark(_ variant: inout Variant) {
      variant.attributes[.tier] = Classifier.tier
      variant.isClassifier = true
      variant.pinned = Policy.Rule(
        name: "the classifier itself", conditions: [], choice: .model(model))
      if fields["call"]?["prompts"] == nil { variant.prompts = .none }
    }
    for place in call.mix.indices { mark(&call.mix[place]) }
    for place in placed.indices { mark(&placed[place].variant) }
    return (call, placed)
  }

  private func put(
    _ call: (made: StageCall, placed: [PlacedVariant]), before workload: inout PlacedWorkload
  ) {
    for place in workload.workload.stages[0].calls[0].mix.indices {
      workload.workload.stages[0].calls[0].mix[place].isClassified = true
    }
    for place in workload.calls.indices { workload.calls[place].variant.isClassified = true }
    workload.workload.stages.insert(Stage(calls: [call.made]), at: 0)
    workload.calls += call.placed
  }
}
