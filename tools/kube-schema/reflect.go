package main

import (
	"reflect"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// special types have their own JSON form; code and TypeScript type.
type special struct{ code, ts string }

var specials = map[reflect.Type]special{
	reflect.TypeFor[resource.Quantity]():                          {"!Quantity", "Quantity"},
	reflect.TypeFor[intstr.IntOrString]():                         {"!IntOrString", "IntOrString"},
	reflect.TypeFor[metav1.Time]():                                {"!Time", "Time"},
	reflect.TypeFor[metav1.MicroTime]():                           {"!MicroTime", "Time"},
	reflect.TypeFor[metav1.Duration]():                            {"!Duration", "string"},
	reflect.TypeFor[metav1.FieldsV1]():                            {"!FieldsV1", "unknown"},
	reflect.TypeFor[runtime.RawExtension]():                       {"!RawExtension", "unknown"},
	reflect.TypeFor[apiextensions.JSON]():                         {"!JSON", "unknown"},
	reflect.TypeFor[apiextensions.JSONSchemaPropsOrBool]():        {"!JSONSchemaPropsOrBool", "unknown"},
	reflect.TypeFor[apiextensions.JSONSchemaPropsOrArray]():       {"!JSONSchemaPropsOrArray", "unknown"},
	reflect.TypeFor[apiextensions.JSONSchemaPropsOrStringArray](): {"!JSONSchemaPropsOrStringArray", "unknown"},
	reflect.TypeFor[[]byte]():                                     {"!bytes", "string"},
}

type field struct {
	json, goName        string
	typ                 reflect.Type
	omitempty, omitzero bool
	inline              bool
	strategy, mergeKey  string
}

// fields lists the fields of a struct that JSON or a Go dump can see, in Go order.
func fields(typ reflect.Type) []field {
	var result []field
	for i := range typ.NumField() {
		f := typ.Field(i)
		if !f.IsExported() {
			continue
		}
		tag := strings.Split(f.Tag.Get("json"), ",")
		name, options := tag[0], tag[1:]
		inline := contains(options, "inline") || (f.Anonymous && name == "")
		if name == "" && !inline {
			name = f.Name
		}
		result = append(result, field{
			json: name, goName: f.Name, typ: f.Type, inline: inline,
			omitempty: contains(options, "omitempty"), omitzero: contains(options, "omitzero"),
			strategy: f.Tag.Get("patchStrategy"), mergeKey: f.Tag.Get("patchMergeKey"),
		})
	}
	return result
}

func contains(list []string, wanted string) bool {
	for _, item := range list {
		if item == wanted {
			return true
		}
	}
	return false
}

// named is whether a type gets its own line: structs and named types of other kinds.
func named(typ reflect.Type) bool {
	_, isSpecial := specials[typ]
	return !isSpecial && typ.Name() != "" && typ.PkgPath() != ""
}

// collect walks everything reachable from the roots, breadth first.
func collect(roots []root) []reflect.Type {
	var order []reflect.Type
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		if _, isSpecial := specials[typ]; isSpecial {
			return
		}
		if named(typ) {
			if !seen[typ] {
				seen[typ] = true
				order = append(order, typ)
			}
			return
		}
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice:
			visit(typ.Elem())
		case reflect.Map:
			visit(typ.Key())
			visit(typ.Elem())
		}
	}
	for _, r := range roots {
		visit(r.typ)
	}
	visit(reflect.TypeFor[apiextensions.JSONSchemaProps]())
	for i := 0; i < len(order); i++ {
		typ := order[i]
		switch typ.Kind() {
		case reflect.Struct:
			for _, f := range fields(typ) {
				visit(f.typ)
			}
		case reflect.Map:
			visit(typ.Key())
			visit(typ.Elem())
		case reflect.Slice:
			visit(typ.Elem())
		}
	}
	return order
}

// typeKey is `core/v1.Pod`: what follows the slash is what Go prints.
func typeKey(typ reflect.Type) string {
	parts := strings.Split(typ.PkgPath(), "/")
	last := parts[len(parts)-1]
	if strings.HasPrefix(last, "v") && len(last) > 1 && last[1] >= '0' && last[1] <= '9' {
		last = parts[len(parts)-2] + "/" + last
	}
	return last + "." + typ.Name()
}
