// Records random operations on the real scheduling queue: `go run . 400 > v1.36.jsonl`.
// Needs an empty assembly file beside it (for go:linkname) and a go.mod that names
// k8s.io/kubernetes v1.36.3 with its staging modules at v0.36.3.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"reflect"
	"sort"
	"strconv"
	"time"
	"unsafe"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/backend/queue"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/queuesort"
	"k8s.io/kubernetes/pkg/scheduler/metrics"
	testingclock "k8s.io/utils/clock/testing"
)

//go:linkname flushBackoff k8s.io/kubernetes/pkg/scheduler/backend/queue.(*PriorityQueue).flushBackoffQCompleted
func flushBackoff(p *queue.PriorityQueue, l klog.Logger)

//go:linkname flushLeft k8s.io/kubernetes/pkg/scheduler/backend/queue.(*PriorityQueue).flushUnschedulablePodsLeftover
func flushLeft(p *queue.PriorityQueue, l klog.Logger)

type gates struct{}

func (gates) Name() string { return "SchedulingGates" }
func (gates) PreEnqueue(ctx context.Context, p *v1.Pod) *fwk.Status {
	if len(p.Spec.SchedulingGates) == 0 {
		return nil
	}
	return fwk.NewStatus(fwk.UnschedulableAndUnresolvable, "gated")
}

type op struct {
	T       int64    `json:"t"`
	Op      string   `json:"op"`
	Pod     string   `json:"pod,omitempty"`
	Prio    int32    `json:"prio,omitempty"`
	Gated   bool     `json:"gated,omitempty"`
	Label   string   `json:"label,omitempty"`
	Nom     string   `json:"nom,omitempty"`
	Unsched []string `json:"unsched,omitempty"`
	Pending []string `json:"pending,omitempty"`
	Event   string   `json:"event,omitempty"`
	Obj     string   `json:"obj,omitempty"`
	State   state    `json:"state"`
}
type state struct {
	Popped   string   `json:"popped,omitempty"`
	Attempts int      `json:"attempts,omitempty"`
	Active   []string `json:"active,omitempty"`
	Backoff  []string `json:"backoff,omitempty"`
	Unsched  []string `json:"unsched,omitempty"`
	InFlight []string `json:"inFlight,omitempty"`
	Nom      []string `json:"nom,omitempty"`
}

func names(l []*v1.Pod) []string {
	var o []string
	for _, p := range l {
		o = append(o, p.Name)
	}
	sort.Strings(o)
	return o
}

func main() {
	klog.SetLogger(klog.Background().V(0))
	metrics.Register()
	out := json.NewEncoder(os.Stdout)
	n, _ := strconv.Atoi(os.Args[1])
	for seed := 0; seed < n; seed++ {
		out.Encode(map[string]any{"seed": seed, "ops": run(int64(seed))})
	}
}

func run(seed int64) []op {
	r := rand.New(rand.NewSource(seed))
	ctx := context.Background()
	logger := klog.Background()
	start := time.Unix(1767225600, 0).UTC()
	clk := testingclock.NewFakeClock(start)
	cs := fake.NewSimpleClientset()
	f := informers.NewSharedInformerFactory(cs, 0)
	idx := f.Core().V1().Pods().Informer().GetIndexer()
	podEv := func(a fwk.ActionType) fwk.ClusterEvent { return fwk.ClusterEvent{Resource: fwk.Pod, ActionType: a} }
	nodeEv := func(a fwk.ActionType) fwk.ClusterEvent { return fwk.ClusterEvent{Resource: fwk.Node, ActionType: a} }
	yes := func(l klog.Logger, p *v1.Pod, o, n interface{}) (fwk.QueueingHint, error) { return fwk.Queue, nil }
	friend := func(l klog.Logger, p *v1.Pod, o, n interface{}) (fwk.QueueingHint, error) {
		if q, ok := o.(*v1.Pod); ok && q.Name == "friend" {
			return fwk.Queue, nil
		}
		return fwk.QueueSkip, nil
	}
	own := func(l klog.Logger, p *v1.Pod, o, n interface{}) (fwk.QueueingHint, error) {
		if q, ok := n.(*v1.Pod); ok && q.UID == p.UID {
			return fwk.Queue, nil
		}
		return fwk.QueueSkip, nil
	}
	hm := queue.QueueingHintMapPerProfile{"default-scheduler": queue.QueueingHintMap{
		nodeEv(fwk.Add):                               {{PluginName: "Fit", QueueingHintFn: yes}, {PluginName: "Permit", QueueingHintFn: yes}},
		podEv(fwk.Delete):                             {{PluginName: "Fit", QueueingHintFn: yes}, {PluginName: "Affinity", QueueingHintFn: friend}},
		podEv(fwk.UpdatePodLabel):                     {{PluginName: "Affinity", QueueingHintFn: own}},
		podEv(fwk.UpdatePodSchedulingGatesEliminated): {{PluginName: "SchedulingGates", QueueingHintFn: own}},
		nodeEv(fwk.UpdateNodeTaint):                   {{PluginName: "Taint", QueueingHintFn: yes}},
	}}
	q := queue.NewPriorityQueue((&queuesort.PrioritySort{}).Less, f, queue.WithClock(clk),
		queue.WithPodLister(f.Core().V1().Pods().Lister()),
		queue.WithQueueingHintMapPerProfile(hm),
		queue.WithMetricsRecorder(metrics.NewMetricsAsyncRecorder(1000, time.Hour, ctx.Done())),
		queue.WithPreEnqueuePluginMap(map[string]map[string]fwk.PreEnqueuePlugin{"default-scheduler": {"SchedulingGates": gates{}}}))
	pods := map[string]*v1.Pod{} // unassigned, in informer
	flight := map[string]*framework.QueuedPodInfo{}
	mk := func(name string, prio int32, gated bool, label, nom string, rv int) *v1.Pod {
		p := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "ns", UID: types.UID("uid-" + name), ResourceVersion: strconv.Itoa(rv)}, Spec: v1.PodSpec{SchedulerName: "default-scheduler", Priority: &prio}}
		if gated {
			p.Spec.SchedulingGates = []v1.PodSchedulingGate{{Name: "g"}}
		}
		if label != "" {
			p.Labels = map[string]string{"l": label}
		}
		p.Status.NominatedNodeName = nom
		return p
	}
	some := func(m map[string]*v1.Pod) string {
		var k []string
		for n := range m {
			k = append(k, n)
		}
		if len(k) == 0 {
			return ""
		}
		sort.Strings(k)
		return k[r.Intn(len(k))]
	}
	someFlight := func() string {
		var k []string
		for n := range flight {
			k = append(k, n)
		}
		if len(k) == 0 {
			return ""
		}
		sort.Strings(k)
		return k[r.Intn(len(k))]
	}
	var ops []op
	rv := 1
	next := 0
	lastSec, lastHalf := int64(0), int64(-1)
	advance := func(ms int64) {
		target := clk.Now().Add(time.Duration(ms) * time.Millisecond)
		for {
			now := clk.Now()
			el := now.Sub(start).Milliseconds()
			nextSec := (el/1000 + 1) * 1000
			nt := start.Add(time.Duration(nextSec) * time.Millisecond)
			if nt.After(target) {
				break
			}
			clk.SetTime(nt)
			sec := nextSec / 1000
			if sec != lastSec {
				lastSec = sec
				flushBackoff(q, logger)
				if sec%30 == 0 && sec/30 != lastHalf {
					lastHalf = sec / 30
					flushLeft(q, logger)
				}
			}
		}
		clk.SetTime(target)
	}
	for i := 0; i < 160; i++ {
		step := int64(1 + r.Intn(300))
		switch x := r.Intn(100); {
		case x < 8:
			step = int64(1 + r.Intn(4000))
		case x < 10:
			step = int64(60000 + r.Intn(200000))
		}
		advance(step)
		o := op{T: clk.Now().Sub(start).Milliseconds()}
		q.NominatedPodsForNode("") // no effect
		switch x := r.Intn(100); {
		case x < 14:
			next++
			o.Op, o.Pod, o.Prio, o.Gated = "add", fmt.Sprintf("p%02d", next), int32(r.Intn(3)), r.Intn(6) == 0
			if r.Intn(8) == 0 {
				o.Nom = "n1"
			}
			rv++
			p := mk(o.Pod, o.Prio, o.Gated, "", o.Nom, rv)
			pods[o.Pod] = p
			idx.Add(p)
			q.Add(ctx, p)
		case x < 44:
			o.Op = "pop"
			if len(q.PodsInActiveQ()) == 0 && backoffPoppable(q) == 0 {
				continue
			}
			pi, err := q.Pop(logger)
			if err != nil || pi == nil {
				continue
			}
			flight[pi.Pod.Name] = pi
			o.State.Popped, o.State.Attempts = pi.Pod.Name, pi.Attempts
		case x < 66:
			name := someFlight()
			if name == "" {
				continue
			}
			pi := flight[name]
			cur := pods[name]
			if cur == nil {
				o.Op, o.Pod = "done", name
				q.Done(pi.Pod.UID)
				delete(flight, name)
				break
			}
			o.Op, o.Pod = "back", name
			delete(flight, name)
			pi.ClearRejectorPlugins()
			for _, n := range []string{"Fit", "Affinity", "Taint"} {
				if r.Intn(3) == 0 {
					o.Unsched = append(o.Unsched, n)
				}
			}
			if r.Intn(8) == 0 {
				o.Pending = append(o.Pending, "Permit")
				o.Unsched = append(o.Unsched, "Permit")
			}
			sort.Strings(o.Unsched)
			pi.UnschedulablePlugins = sets.New(o.Unsched...)
			pi.PendingPlugins = sets.New(o.Pending...)
			npi, _ := framework.NewPodInfo(cur)
			pi.PodInfo = npi
			if err := q.AddUnschedulableIfNotPresent(logger, pi, q.SchedulingCycle()); err != nil {
				o.Event = "refused"
			}
			var ni *fwk.NominatingInfo
			if r.Intn(6) == 0 {
				o.Nom = []string{"n1", "n2", "-"}[r.Intn(3)]
				nn := o.Nom
				if nn == "-" {
					nn = ""
				}
				ni = &fwk.NominatingInfo{NominatingMode: fwk.ModeOverride, NominatedNodeName: nn}
			}
			q.AddNominatedPod(logger, npi, ni)
		case x < 70:
			name := someFlight()
			if name == "" {
				continue
			}
			o.Op, o.Pod = "bound", name
			pi := flight[name]
			delete(flight, name)
			if p := pods[name]; p != nil {
				idx.Delete(p)
				delete(pods, name)
				q.Delete(p)
			}
			q.Done(pi.Pod.UID)
		case x < 84:
			o.Op = "event"
			o.Event = []string{"nodeAdd", "podDelete", "podDelete", "nodeTaint", "podAdd", "timeout"}[r.Intn(6)]
			o.Obj = []string{"friend", "stranger"}[r.Intn(2)]
			x := mk(o.Obj, 0, false, "", "", 1)
			switch o.Event {
			case "nodeAdd":
				q.MoveAllToActiveOrBackoffQueue(logger, fwk.ClusterEvent{Resource: fwk.Node, ActionType: fwk.Add}, nil, &v1.Node{}, nil)
			case "nodeTaint":
				q.MoveAllToActiveOrBackoffQueue(logger, fwk.ClusterEvent{Resource: fwk.Node, ActionType: fwk.UpdateNodeTaint}, &v1.Node{}, &v1.Node{}, nil)
			case "podDelete":
				q.MoveAllToActiveOrBackoffQueue(logger, framework.EventAssignedPodDelete, x, nil, nil)
			case "podAdd":
				q.MoveAllToActiveOrBackoffQueue(logger, framework.EventAssignedPodAdd, nil, x, nil)
			case "timeout":
				q.MoveAllToActiveOrBackoffQueue(logger, framework.EventUnschedulableTimeout, nil, nil, nil)
			}
		case x < 94:
			name := some(pods)
			if name == "" {
				continue
			}
			old := pods[name]
			o.Op, o.Pod, o.Prio = "update", name, *old.Spec.Priority
			o.Label, o.Nom, o.Gated = old.Labels["l"], old.Status.NominatedNodeName, len(old.Spec.SchedulingGates) > 0
			switch r.Intn(4) {
			case 0:
				o.Label = strconv.Itoa(i)
			case 1:
				o.Gated = false
			case 2:
				o.Nom = []string{"", "n1", "n2"}[r.Intn(3)]
			case 3:
				o.Label, o.Gated = strconv.Itoa(i), false
			}
			rv++
			p := mk(name, o.Prio, o.Gated, o.Label, o.Nom, rv)
			pods[name] = p
			idx.Update(p)
			q.Update(ctx, old, p)
		case x < 97:
			name := some(pods)
			if name == "" {
				continue
			}
			o.Op, o.Pod = "delete", name
			p := pods[name]
			idx.Delete(p)
			delete(pods, name)
			q.Delete(p)
		default:
			name := some(pods)
			if name == "" {
				continue
			}
			o.Op, o.Pod = "activate", name
			q.Activate(logger, map[string]*v1.Pod{name: pods[name]})
		}
		o.State.Active, o.State.Backoff = names(q.PodsInActiveQ()), names(q.PodsInBackoffQ())
		o.State.Unsched, o.State.InFlight = names(q.UnschedulablePods()), names(q.InFlightPods())
		for _, n := range []string{"n1", "n2"} {
			for _, p := range q.NominatedPodsForNode(n) {
				o.State.Nom = append(o.State.Nom, n+"/"+p.GetPod().Name)
			}
		}
		ops = append(ops, o)
	}
	return ops
}

//go:linkname bqLen k8s.io/kubernetes/pkg/scheduler/backend/queue.(*backoffQueue).lenBackoff
func bqLen(b *bq) int

type bq struct{}

func backoffPoppable(q *queue.PriorityQueue) int {
	c := reflectBackoff(q)
	return bqLen(c)
}

func reflectBackoff(q *queue.PriorityQueue) *bq {
	v := reflect.ValueOf(q).Elem().FieldByName("backoffQ")
	v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	return (*bq)(v.Elem().UnsafePointer())
}
