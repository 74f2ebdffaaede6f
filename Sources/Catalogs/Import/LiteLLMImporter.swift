import CostModel

/// Imports LiteLLM's `model_prices_and_context_window.json`, one entry a model; entries that are another
/// one's name (`alias_of`) become its aliases.
package enum LiteLLMImporter {
  package static func read(_ list: DataTree, into result: inout CatalogImport) {
    let fieldNames = LiteLLMFieldNames()
    let aliases = aliases(list, &result)
    for (name, fields) in list.members where fields["alias_of"] == nil {
      if name == "sample_spec" {
        result.skip(name, because: "it describes the format")
      } else if let provider = fields["litellm_provider"]?.text {
        let entry = LiteLLMEntry(name: name, provider: provider, fields, fieldNames)
        var model = entry.model
        model.aliases = aliases[name] ?? []
        result.add(model, entry.account)
      } else {
        result.skip(name, because: "it names no provider")
      }
    }
  }

  /// By the entry that they stand for, which may be another alias' itself.
  private static func aliases(
    _ list: DataTree, _ result: inout CatalogImport
  ) -> [String: [String]] {
    var targets: [String: String] = [:]
    var models: Set<String> = []
    for (name, fields) in list.members {
      if let target = fields["alias_of"]?.text {
        targets[name] = target
      } else {
        models.insert(name)
      }
    }
    var aliases: [String: [String]] = [:]
    for name in targets.keys.sorted() {
      var (target, steps) = (name, 0)
      while let next = targets[target], steps <= targets.count {
        (target, steps) = (next, steps + 1)
      }
      if models.contains(target) {
        aliases[target, default: []].append(name)
        result.addAlias()
      } else {
        result.skip(name, because: "it stands for '\(target)', which the list does not have")
      }
    }
    return aliases
  }
}
