import CostModel

/// Imports LiteLLM's `model_prices_and_context_window.json`, one entry a model.
enum LiteLLMImporter {
  static func read(_ list: DataTree, into result: inout CatalogImport) {
    for (name, fields) in list.members {
      if name == "sample_spec" {
        result.skip(name, because: "it describes the format")
      } else if let provider = fields["litellm_provider"]?.text {
        let entry = LiteLLMEntry(name: name, provider: provider, fields)
        result.add(entry.model, entry.account)
      } else {
        result.skip(name, because: "it names no provider")
      }
    }
  }
}
