extension Usage {
  @inlinable
  var hasNegative: Bool {
    let input = inputTokens | cacheReadTokens | cacheWriteTokens | cacheWriteLongTokens
    let output = outputTokens | reasoningTokens | outputAudioTokens | outputImageTokens
    let media = inputAudioTokens | inputImageTokens | audioMicroseconds | characters
    let pieces = images | pages | searches | documents | calls | videoMicroseconds
    return input | output | media | pieces < 0
  }

  /// Whether anything but plain, cached, output and reasoning tokens, audio time and calls is
  /// used.
  @inlinable
  var hasRareParts: Bool {
    let tokens = cacheWriteTokens | cacheWriteLongTokens | inputAudioTokens | inputImageTokens
    let output = outputAudioTokens | outputImageTokens
    let pieces = characters | images | pages | searches | documents | videoMicroseconds
    return tokens | output | pieces != 0
  }

  /// Whether it has audio, image or video, or pieces of any kind: all that is rare but tokens that are
  /// written to a cache.
  @inlinable
  public var hasMedia: Bool {
    let tokens = inputAudioTokens | inputImageTokens | outputAudioTokens | outputImageTokens
    let pieces = characters | images | pages | searches | documents | videoMicroseconds
    return tokens | pieces != 0
  }

  /// Cuts audio, then image tokens to what their totals hold beside frames and thinking.
  public mutating func cutParts(frames: Int64 = 0) {
    inputAudioTokens = min(inputAudioTokens, inputTokens - frames)
    inputImageTokens = min(inputImageTokens, inputTokens - inputAudioTokens)
    outputAudioTokens = min(outputAudioTokens, outputTokens - reasoningTokens)
    outputImageTokens = min(outputImageTokens, outputTokens - reasoningTokens - outputAudioTokens)
  }

  /// The first dimension with a negative quantity; there is one.
  @usableFromInline
  var firstNegative: BillingDimension {
    BillingDimension.allCases.first { self[$0] < 0 } ?? .inputTokens
  }

  /// The quantity as it is stated: totals are totals, audio and video are in microseconds.
  public subscript(dimension: BillingDimension) -> Int64 {
    get { self[keyPath: Self.path(dimension)] }
    set { self[keyPath: Self.path(dimension)] = newValue }
  }

  private static func path(_ dimension: BillingDimension) -> WritableKeyPath<Usage, Int64> {
    switch dimension {
    case .inputTokens: \.inputTokens
    case .cacheReadTokens: \.cacheReadTokens
    case .cacheWriteTokens: \.cacheWriteTokens
    case .cacheWriteLongTokens: \.cacheWriteLongTokens
    case .outputTokens: \.outputTokens
    case .reasoningTokens: \.reasoningTokens
    case .inputAudioTokens: \.inputAudioTokens
    case .outputAudioTokens: \.outputAudioTokens
    case .inputImageTokens: \.inputImageTokens
    case .outputImageTokens: \.outputImageTokens
    case .audioSeconds: \.audioMicroseconds
    case .videoSeconds: \.videoMicroseconds
    case .characters: \.characters
    case .images: \.images
    case .pages: \.pages
    case .searches: \.searches
    case .documents: \.documents
    case .calls: \.calls
    }
  }
}
