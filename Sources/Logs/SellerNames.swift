/// What logs call those who sell models, and what the names of models say of them.
package enum SellerNames {
  private static let words: [(String, String)] = [
    ("vertex_ai*", "google"), ("vertex", "google"), ("gemini", "google"), ("gcp.*", "google"),
    ("google-*", "google"), ("google_*", "google"), ("google ai studio", "google"),
    ("google vertex", "google"), ("azure-openai", "azure"), ("azure_ai", "azure"),
    ("azure.ai.*", "azure"), ("aws.bedrock", "bedrock"), ("aws_bedrock", "bedrock"),
    ("amazon-bedrock", "bedrock"), ("amazon bedrock", "bedrock"), ("aws bedrock", "bedrock"),
    ("bedrock_converse", "bedrock"),
  ]

  /// A provider as catalogs call it.
  package static func seller(_ told: String) -> String {
    let told = told.lowercased()
    if let word = words.first(where: { WildcardText($0.0).matches(told) }) { return word.1 }
    return told.split(separator: ".").first.map(String.init) ?? told
  }

  /// Who sells, if the name of a model says so: ARNs and Bedrock's vendor prefixes do, and Vertex's paths.
  package static func seller(ofName name: String) -> String? {
    if name.hasPrefix("arn:") { return "bedrock" }
    if name.hasPrefix("publishers/") || name.contains("/publishers/") { return "google" }
    let bare = withoutRegion(name)
    return vendors.contains(where: bare.hasPrefix) ? "bedrock" : nil
  }

  /// Vendors in front of Bedrock's names.
  package static let vendors = [
    "anthropic.", "amazon.", "meta.", "mistral.", "cohere.", "ai21.", "deepseek.", "stability.",
    "openai.", "qwen.", "writer.",
  ]
  private static let regions = ["us.", "eu.", "apac.", "jp.", "au.", "global."]

  package static func withoutPath(_ name: String) -> String {
    if name.hasPrefix("arn:") {
      return String(name[(name.lastIndex(of: "/") ?? name.startIndex)...]).replacing("/", with: "")
    }
    guard let range = name.firstRange(of: /publishers\/[^\/]*\/models\//) else { return name }
    return String(name[range.upperBound...])
  }

  static func withoutRegion(_ name: String) -> String {
    regions.first(where: name.hasPrefix).map { String(name.dropFirst($0.count)) } ?? name
  }

  /// Without `anthropic.`, or, where the seller is told, without `openai/`.
  static func withoutVendor(_ name: String, isTold: Bool) -> String {
    if let vendor = vendors.first(where: name.hasPrefix) {
      return String(name.dropFirst(vendor.count))
    }
    guard isTold, let slash = name.firstIndex(of: "/") else { return name }
    return String(name[name.index(after: slash)...])
  }

  static func withoutVersion(_ name: String) -> String {
    var name = name
    if name.hasSuffix("[1m]") { name = String(name.dropLast(4)) }
    if let range = name.firstRange(of: /-v[0-9]+(:[0-9]+)?$/) {
      name = String(name[..<range.lowerBound])
    }
    if name.hasSuffix("[1m]") { name = String(name.dropLast(4)) }
    return name
  }

  static func withoutDate(_ name: String) -> String? {
    guard let range = name.firstRange(of: /(@[0-9]{8}|-[0-9]{8}|-[0-9]{4}-[0-9]{2}-[0-9]{2})$/)
    else { return nil }
    return String(name[..<range.lowerBound])
  }
}
