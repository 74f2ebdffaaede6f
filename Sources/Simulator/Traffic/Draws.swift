/// Blocks of four draws each; a block and a lane in it are a *stream* of docs/semantics.md,
/// "Randomness". New streams take new blocks or free lanes, so that no draw ever moves.
package enum DrawBlock: UInt64 {
  /// Lanes: arrival gap or position, mix, route, response cache.
  case call = 0
  /// Lanes: input tokens, output tokens, reasoning tokens, prompt.
  case shape = 1
  /// Lanes: failure, latency.
  case attempt = 2
  /// Lanes: audio, rated, satisfied, converted.
  case outcome = 3
  /// Lanes: continuation, stage chance, call probability.
  case flow = 4
  /// Lanes: activity of a user, over all workloads; the account of a logged call without one.
  case user = 5
  /// Lanes: normal, acceptance, boost of a gamma variate; one block an attempt.
  case gamma = 6
  /// Lane 0: the random start of a systematic mix.
  case systematic = 7
  /// Lane 0: what an input with a range is in this run; the workload is the input's path.
  case input = 8
  /// Lane 0: the variant of an experiment that a user, or a call, is given; the workload is the
  /// experiment's name, and where each call is given one, the part is the workload's.
  case experiment = 9
  /// Lane 0: whether the knowledge base answers a call.
  case knowledge = 10
  /// Of a conversation's call. Lanes: whether it is a tool step, tool calls of the step, time of the
  /// tools, whether the prompt cache is found (any call; the part has the attempt).
  case conversationCall = 11
  /// Lane 0: tokens of a tool's result.
  case toolResult = 12
  /// Lanes: tokens of a conversation's own prefix; of a sub-agent its result, whether it is started,
  /// and how many.
  case agent = 13
  /// Of a turn. Lanes: number of turns, or whether another one follows; whether the user leaves; time
  /// before it; number of tool steps.
  case turn = 14
  /// Lanes: sent, engaged, response time.
  case reception = 20
  /// Lanes: hallucination, inappropriate content, technical error.
  case flaws = 21
  /// Lanes: input audio, input image, output audio, output image tokens.
  case tokenMeters = 22
  /// Lanes: characters, pages, images, searches.
  case pieceMeters = 23
  /// Lanes: documents, video.
  case moreMeters = 24

  /// Lanes: input, output, audio of what a call bills at another model; the part has the model's place.
  case modelUse = 25

  /// Of `CallMeter`, four a block in their order.
  package static let meters: [DrawBlock] = [.tokenMeters, .pieceMeters, .moreMeters]
}

/// The draws of one run: each a function of (seed, stream, index) only.
package struct Draws: Sendable {
  package let seed: UInt64

  /// `run` counts from 1; run 1 is the seed itself.
  package init(seed: UInt64, run: Int) {
    self.seed = run == 1 ? seed : SplitMix.mixed(seed &+ UInt64(run) &* SplitMix.step)
  }

  /// - Parameters:
  ///   - call: the user's n-th call (or flow) of the workload, from 0.
  ///   - workload: `Draws.key(of:)` of the workload's name.
  ///   - part: the call's place in its flow in the high half, its attempt in the low half.
  @inline(__always)
  package func block(
    _ block: DrawBlock, call: UInt64, user: UInt64, workload: UInt64, part: UInt64 = 0
  ) -> SplitMix.Block {
    SplitMix.block(call, from: sequence(block, user: user, workload: workload, part: part))
  }

  /// Where the sequence starts of which each call's block is a part.
  @inline(__always)
  package func sequence(
    _ block: DrawBlock, user: UInt64, workload: UInt64, part: UInt64 = 0
  ) -> UInt64 {
    let stream = SplitMix.mixed(seed &+ (block.rawValue &+ 1) &* SplitMix.step)
    let source = SplitMix.mixed(stream ^ (workload &+ part &* SplitMix.step))
    return SplitMix.mixed(source ^ user)
  }

  /// Stands for the workload of logged calls, whose index is their rank.
  package static let traceKey: UInt64 = 0

  /// FNV-1a, 64 bits.
  package static func key(of name: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }
}

extension UInt64 {
  /// 53 bits in [0, 1).
  @inline(__always)
  package var unit: Double { Double(self >> 11) * 0x1p-53 }

  /// 53 bits in (0, 1): the middle of each cell of `unit`.
  @inline(__always)
  package var openUnit: Double { (Double(self >> 11) + 0.5) * 0x1p-53 }
}
