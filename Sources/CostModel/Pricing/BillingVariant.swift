/// How calls are billed beyond their model: what the provider sells at another price.
public struct BillingVariant: Hashable, Sendable {
  public var batch: Bool
  /// The tier that served the call, not the one asked for; nil: the ordinary one.
  public var serviceTier: String?
  public var region: String?
  /// How much context a search brings (`low`, `high`); nil: the ordinary size.
  public var searchSize: String?

  public init(
    batch: Bool = false, serviceTier: String? = nil, region: String? = nil,
    searchSize: String? = nil
  ) {
    self.batch = batch
    self.serviceTier = serviceTier
    self.region = region
    self.searchSize = searchSize
  }
}
