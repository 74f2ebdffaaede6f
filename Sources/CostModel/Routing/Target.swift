/// Where an attempt goes: a model, or one of its regions.
public struct Target: Hashable, Sendable {
  public var model: ModelID
  /// nil: the model has no regions.
  public var region: String?

  public init(model: ModelID, region: String? = nil) {
    self.model = model
    self.region = region
  }

  /// `model` or `model@region`, as reports show it.
  public func name(in catalog: Catalog) -> String {
    catalog[model].name + (region.map { "@" + $0 } ?? "")
  }
}
