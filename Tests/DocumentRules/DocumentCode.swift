/// The routing code of the documents, transcribed line by line; nil is an attribute not given.
public enum DocumentCode {
  /// models-explained.md:488-496.
  public static func strategy(task: String?, complexity: String?) -> String {
    if task == "vision" { return "phi-4-multimodal" }
    if task == "audio" { return "azure-speech-batch" }
    if task == "reasoning" { return "deepseek-r1" }
    if task == "generation" && complexity == "simple" { return "phi4-mini" }
    if task == "generation" && complexity == "standard" { return "deepseek-v3" }
    if task == "creative" { return "mistral" }
    return "llama"
  }

  /// complete-guide.md:714-747.
  public static func majordome(task: String?, complexity: String?) -> String {
    if task == "vision" || task == "audio" {
      return "phi-4-multimodal"
    }
    if task == "transcription" {
      return "azure-speech-batch"
    }
    if task == "reasoning" || complexity == "high" {
      return "deepseek-r1"
    }
    if task == "generation" && complexity == "simple" {
      return "phi4-mini"
    }
    if task == "generation" && complexity == "standard" {
      return "deepseek-v3"
    }
    if task == "creative" {
      return "mistral"
    }
    return "llama"
  }

  public struct Decision: Equatable, Sendable {
    public var model: String
    public var reason: String
    public var estimatedMicrodollars: Int64
    public var estimatedLatencyMs: Int64

    public init(_ model: String, _ reason: String, _ microdollars: Int64, _ latencyMs: Int64) {
      self.model = model
      self.reason = reason
      estimatedMicrodollars = microdollars
      estimatedLatencyMs = latencyMs
    }
  }

  /// complete-guide.md:1379-1451.
  public static func decide(
    task: String?, complexity: String?, priority: String?, budget: String?
  ) -> Decision {
    if task == "vision" {
      return Decision("phi-4-multimodal", "Multimodal analysis required", 800, 1500)
    }
    if task == "transcription" {
      return Decision("azure-speech-batch", "Audio transcription required", 1500, 2000)
    }
    if complexity == "high" {
      return Decision("deepseek-r1", "Deep reasoning required", 200_000, 3000)
    }
    if complexity == "simple" {
      return Decision("phi4-mini", "Fast generation sufficient", 800, 300)
    }
    if budget == "economy" {
      return Decision("phi4-mini", "Economy mode", 800, 300)
    }
    if priority == "high" {
      return Decision("phi4-mini", "Low latency required", 800, 300)
    }
    return Decision("deepseek-v3", "Standard generation", 110_000, 800)
  }

  /// complete-guide.md:1522, 1596, 1753, 1964: the models of each use case with their percentages.
  public static func mix(useCase: String?, task: String?) -> [String: Int] {
    switch useCase {
    case "fan messages": return ["deepseek-v3": 70, "phi4-mini": 30]
    case "marketing and campaigns": return ["deepseek-v3": 80, "mistral": 20]
    case "segmentation": return ["deepseek-r1": 100]
    case "content trends":
      if task == "vision" { return ["phi-4-multimodal": 100] }
      if task == "transcription" { return ["azure-speech-batch": 100] }
      if task == "reasoning" { return ["deepseek-r1": 100] }
      return ["llama": 100]
    default: return ["llama": 100]
    }
  }

  /// routing-strategy.md:9-29, in our words for its use cases.
  public static func twoTier(taskType: String?) -> String {
    let full: Set<String?> = [
      "strategy", "planning", "analysis_advanced", "prediction", "compliance", "legal",
      "documentation", "code_generation",
    ]
    return full.contains(taskType) ? "gpt-4o" : "gpt-4o-mini"
  }
}
