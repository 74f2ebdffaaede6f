import CostModel

/// Flows: stages of parallel calls, one after the other.
extension PlanEngine {
  package mutating func startFlow(_ call: Call) {
    if flowRuns.hasLimits { return arriveRun(call) }
    startRun(call, at: call.time)
  }

  /// - Parameters:
  ///   - time: not before the call's.
  ///   - hasWaited: it starts as another one ends: as an arrival of that moment.
  package mutating func startRun(_ call: Call, at time: Int64, hasWaited: Bool = false) {
    if compiled.workloads[Int(call.kind)].conversation != nil {
      return startTalk(call, at: time, hasWaited: hasWaited)
    }
    var flow = FlowRuns.Flow(workload: Int(call.kind), user: call.user, index: call.index)
    flow.latency = time - call.time
    flowRuns.results[flow.workload].started += 1
    let slot: Int32
    if let free = flowRuns.free.popLast() {
      flowRuns.flows[Int(free)] = flow
      slot = free
    } else {
      flowRuns.flows.append(flow)
      slot = Int32(flowRuns.flows.count - 1)
    }
    nextStage(slot, at: time, isStart: !hasWaited)
  }

  /// Makes the next stage now, or lets it arrive later, or ends the flow.
  package mutating func nextStage(_ slot: Int32, at time: Int64, isStart: Bool) {
    let stages = compiled.workloads[flowRuns.flows[Int(slot)].workload].stages
    while flowRuns.flows[Int(slot)].nextStage < stages.count {
      let flow = flowRuns.flows[Int(slot)]
      let part = stages[flow.nextStage].part
      if part == .round, !flow.hasCalledTool { break }
      let decision = factory.flowDecision(
        workload: flow.workload, stage: flow.nextStage, user: flow.user, index: flow.index)
      guard decision.continues else { break }
      if decision.isMade {
        let delay = stages[flow.nextStage].delay
        flowRuns.flows[Int(slot)].latency += delay
        if isStart && delay == 0 { return beginStage(slot, at: time) }
        return events.push(.arrival, at: time + delay, slot: slot)
      }
      if part == .tools { flowRuns.flows[Int(slot)].hasCalledTool = false }
      flowRuns.flows[Int(slot)].nextStage += 1
    }
    let hasEnded = flowRuns.flows[Int(slot)].nextStage == stages.count
    endFlow(slot, givesUp: hasEnded && flowRuns.flows[Int(slot)].hasCalledTool, at: time)
  }

  package mutating func beginStage(_ slot: Int32, at time: Int64) {
    let flow = flowRuns.flows[Int(slot)]
    let stage = compiled.workloads[flow.workload].stages[flow.nextStage]
    switch stage.part {
    case .step: break
    case .round: flowRuns.results[flow.workload].furtherRounds += 1
    case .tools:
      flowRuns.flows[Int(slot)].hasCalledTool = factory.callsTool(
        stage, workload: flow.workload, user: flow.user, index: flow.index)
    }
    flowRuns.flows[Int(slot)].nextStage += 1
    flowRuns.flows[Int(slot)].slowest = 0
    // One more than there are calls, so that calls which end at once do not end the stage.
    flowRuns.flows[Int(slot)].pending = 1
    for call in stage.calls
    where factory.isMade(call, workload: flow.workload, user: flow.user, index: flow.index) {
      flowRuns.flows[Int(slot)].pending += 1
      let made = factory.flowCall(
        call, workload: flow.workload, at: time, user: flow.user, index: flow.index, flow: slot)
      if factory.isMisrouted(made) { result.misroutedCalls += 1 }
      withUnsafePointer(to: made) { arrive($0) }
    }
    endPart(of: slot, latency: 0, failed: false, at: time)
  }

  /// A call of a flow, or of a conversation, has ended.
  @inline(__always)
  package mutating func endPart(of call: CallPointer, latency: Int64, failed: Bool, at e: Int64) {
    let flow = call.pointee.flow
    if kinds[Int(call.pointee.kind)].turnKind == nil {
      endPart(of: flow, latency: latency, failed: failed, at: e)
    } else {
      endTalkCall(flow, failed: failed, at: e)
    }
  }

  /// One call of the flow's stage has ended.
  package mutating func endPart(of slot: Int32, latency: Int64, failed: Bool, at e: Int64) {
    flowRuns.flows[Int(slot)].pending -= 1
    if failed { flowRuns.flows[Int(slot)].hasFailed = true }
    flowRuns.flows[Int(slot)].slowest = max(flowRuns.flows[Int(slot)].slowest, latency)
    guard flowRuns.flows[Int(slot)].pending == 0 else { return }
    flowRuns.flows[Int(slot)].latency += flowRuns.flows[Int(slot)].slowest
    if flowRuns.flows[Int(slot)].hasFailed { return endFlow(slot, givesUp: false, at: e) }
    nextStage(slot, at: e, isStart: false)
  }

  package mutating func endFlow(_ slot: Int32, givesUp: Bool, at time: Int64) {
    let flow = flowRuns.flows[Int(slot)]
    flowRuns.free.append(slot)
    if observers.hasExperiments { observers.experiments.endFlow(slot) }
    if flow.hasFailed {
      flowRuns.results[flow.workload].failed += 1
    } else if givesUp {
      flowRuns.results[flow.workload].gaveUp += 1
    } else {
      flowRuns.results[flow.workload].completed += 1
      flowRuns.results[flow.workload].latency.add(flow.latency)
    }
    if flowRuns.hasLimits { endRun(of: flow.workload, at: time) }
  }
}
