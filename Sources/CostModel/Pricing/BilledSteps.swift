/// How a price sheet counts what is not billed as it is used: least lengths, whole steps, and documents
/// that make up a search.
@frozen
@usableFromInline
struct BilledSteps: Sendable {
  /// Microseconds.
  @usableFromInline let minimumAudio: Int64
  /// Microseconds; 0: there are none.
  @usableFromInline let audio: Int64
  let video: Int64
  /// Documents of one search; 0: they are none.
  let documents: Int64

  init() { self.init(PriceSheet()) }

  init(_ sheet: PriceSheet) {
    minimumAudio = sheet.minimumAudio.microseconds
    audio = sheet.audioStep.microseconds
    video = sheet.videoStep.microseconds
    documents = sheet.searchDocuments
  }

  /// Microseconds that are billed of audio, which are not negative; silence has no minimum.
  @inlinable
  @inline(__always)
  func audio(_ used: Int64) -> Int64 {
    if used == 0 { return 0 }
    let least = max(used, minimumAudio)
    return audio == 0 ? least : Self.whole(least, audio)
  }

  /// The usage as it is billed.
  func billed(_ usage: Usage) -> Usage {
    var billed = usage
    billed.audioMicroseconds = audio(usage.audioMicroseconds)
    if video > 0 { billed.videoMicroseconds = Self.whole(usage.videoMicroseconds, video) }
    if documents > 0, usage.documents > 0 {
      let searches = (usage.documents - 1) / documents + 1
      // More than can be counted is more than `Money` holds.
      billed.searches =
        usage.searches.addingReportingOverflow(searches).overflow
        ? .max : usage.searches + searches
      billed.documents = 0
    }
    return billed
  }

  /// Rounded up to whole steps, as far as 64 bits reach.
  @usableFromInline
  static func whole(_ used: Int64, _ step: Int64) -> Int64 {
    let rest = used % step
    if rest == 0 { return used }
    let (sum, overflow) = used.addingReportingOverflow(step - rest)
    return overflow ? .max : sum
  }
}
