// Emits src/kube/generated/{types,schema}.ts by reflection over the Go API types that the kinds
// table names. Run at development time only: `cd tools/kube-schema && go run .`
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistration "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	scheduling "k8s.io/kube-scheduler/config/v1"
)

type root struct {
	apiVersion, kind string
	typ              reflect.Type
}

func main() {
	must(apiextensions.AddToScheme(scheme.Scheme))
	must(apiregistration.AddToScheme(scheme.Scheme))
	must(scheduling.AddToScheme(scheme.Scheme))
	repo, err := filepath.Abs("../..")
	must(err)
	roots := rootTypes(scheme.Scheme, filepath.Join(repo, "src/kube/kinds.ts"))
	all := collect(roots)
	out := filepath.Join(repo, "src/kube/generated")
	must(os.MkdirAll(out, 0o755))
	must(os.WriteFile(filepath.Join(out, "types.ts"), []byte(typesFile(roots, all)), 0o644))
	must(os.WriteFile(filepath.Join(out, "schema.ts"), []byte(schemaFile(roots, all)), 0o644))
}

// rootTypes reads the rows of the kinds table, preferred versions before all others.
func rootTypes(s *runtime.Scheme, kindsFile string) []root {
	text, err := os.ReadFile(kindsFile)
	must(err)
	row := regexp.MustCompile(`\[\s*'(\w+)',\s*'([\w.]*)',\s*'([\w ]+)',\s*'\w+',\s*'[NC]',?\s*\]`)
	var preferred, others []root
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		for i, version := range strings.Fields(m[3]) {
			r := find(s, schema.GroupVersionKind{Group: m[2], Version: version, Kind: m[1]})
			if i == 0 {
				preferred = append(preferred, r)
			} else {
				others = append(others, r)
			}
		}
	}
	for _, extra := range []schema.GroupVersionKind{
		{Group: "events.k8s.io", Version: "v1", Kind: "Event"},
		{Group: "policy", Version: "v1", Kind: "Eviction"},
		{Group: "autoscaling", Version: "v1", Kind: "Scale"},
	} {
		others = append(others, find(s, extra))
	}
	for _, kind := range []string{
		"KubeSchedulerConfiguration", "DefaultPreemptionArgs", "DynamicResourcesArgs",
		"InterPodAffinityArgs", "NodeAffinityArgs", "NodeResourcesBalancedAllocationArgs",
		"NodeResourcesFitArgs", "PodTopologySpreadArgs", "VolumeBindingArgs",
	} {
		others = append(others, find(s, scheduling.SchemeGroupVersion.WithKind(kind)))
	}
	others = append(others, root{"meta.k8s.io/v1", "DeleteOptions", reflect.TypeFor[metav1.DeleteOptions]()})
	return append(preferred, others...)
}

func find(s *runtime.Scheme, gvk schema.GroupVersionKind) root {
	typ, ok := s.AllKnownTypes()[gvk]
	if !ok {
		panic(fmt.Sprintf("no Go type for %v", gvk))
	}
	return root{gvk.GroupVersion().String(), gvk.Kind, typ}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
